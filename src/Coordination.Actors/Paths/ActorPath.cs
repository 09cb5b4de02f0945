using System.Text;

namespace Coordination.Actors;

/// <summary>Where an actor lives: address, names from the root down, and the incarnation (<see cref="Uid"/>). Equality ignores the incarnation.</summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>What a name may contain besides letters and digits.</summary>
    public static readonly string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    private protected ActorPath(string name, long uid) => (Name, Uid) = (name, uid);

    /// <summary>The last element.</summary>
    public string Name { get; }

    /// <summary>The incarnation; zero when it is not known.</summary>
    public long Uid { get; }

    /// <summary>The address of the system.</summary>
    public abstract Address Address { get; }

    /// <summary>The path one level up; the root's parent is the root.</summary>
    public abstract ActorPath Parent { get; }

    /// <summary>The root of this path.</summary>
    public abstract ActorPath Root { get; }

    /// <summary>The number of elements below the root.</summary>
    public abstract int Depth { get; }

    /// <summary>The names from below the root to this actor.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var names = new string[Depth];
            var path = this;
            for (var i = names.Length - 1; i >= 0; i--, path = path.Parent) names[i] = path.Name;
            return names;
        }
    }

    /// <summary>The path of a child.</summary>
    public ActorPath Child(string childName) => new ChildActorPath(this, childName, 0);

    /// <summary>The same path with another incarnation.</summary>
    public abstract ActorPath WithUid(long uid);

    /// <summary>True when the text can be the name of an actor.</summary>
    public static bool IsValidPathElement(string s) => ActorPathText.IsValidElement(s);

    /// <summary>Reads a path like <c>akka://system/user/name</c>.</summary>
    /// <exception cref="UriFormatException">The text is not a path.</exception>
    public static ActorPath Parse(string path) =>
        TryParse(path, out var parsed) ? parsed! : throw new UriFormatException($"Can not parse an ActorPath: {path}");

    /// <summary>Reads a path, or returns false.</summary>
    public static bool TryParse(string path, out ActorPath? actorPath) => ActorPathText.TryParse(path, out actorPath);

    /// <summary>Joins names to a path.</summary>
    public static string FormatPathElements(IEnumerable<string> pathElements) => "/" + string.Join('/', pathElements);

    /// <summary>The path without the address.</summary>
    public string ToStringWithoutAddress()
    {
        if (Depth == 0) return "/";
        var text = new StringBuilder();
        foreach (var name in Elements) text.Append('/').Append(name);
        return text.ToString();
    }

    /// <summary>The path with the address.</summary>
    public string ToStringWithAddress() => Address + ToStringWithoutAddress();

    /// <summary>The path with the address and the incarnation.</summary>
    public string ToStringWithUid() => Uid == 0 ? ToStringWithAddress() : $"{ToStringWithAddress()}#{Uid}";

    /// <inheritdoc/>
    public bool Equals(ActorPath? other)
    {
        var (a, b) = (this, other);
        if (b is null || a.Depth != b.Depth) return false;
        for (; !ReferenceEquals(a, b); a = a.Parent, b = b.Parent)
        {
            if (a.Name != b.Name) return false;
            if (a.Depth == 0) return a.Address.Equals(b.Address);
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    /// <inheritdoc/>
    public override int GetHashCode() => Depth == 0 ? Address.GetHashCode() : HashCode.Combine(Parent.Name, Name, Depth);

    /// <inheritdoc/>
    public int CompareTo(ActorPath? other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    /// <inheritdoc/>
    public override string ToString() => ToStringWithAddress();
}
