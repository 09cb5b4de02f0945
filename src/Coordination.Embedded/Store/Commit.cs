namespace Coordination.Embedded.Store;

/// <summary>The changes of one revision, in the order in which the transaction made them.</summary>
internal sealed record Commit(long Revision, Change[] Changes);
