namespace Coordination.Embedded.Store;

/// <summary>The place of one change: the transaction that made it (<see cref="Main"/>) and its position in that transaction (<see cref="Sub"/>).</summary>
internal readonly record struct Revision(long Main, long Sub) : IComparable<Revision>
{
    public int CompareTo(Revision other) => Main != other.Main ? Main.CompareTo(other.Main) : Sub.CompareTo(other.Sub);
}
