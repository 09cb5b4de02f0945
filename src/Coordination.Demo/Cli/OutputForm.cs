namespace Coordination.Demo.Cli;

/// <summary>The form of a result.</summary>
internal enum OutputForm
{
    /// <summary>Lines, as etcdctl prints them.</summary>
    Simple,

    /// <summary>One line of JSON, as etcdctl prints it.</summary>
    Json,

    /// <summary>A table for people.</summary>
    Table,
}
