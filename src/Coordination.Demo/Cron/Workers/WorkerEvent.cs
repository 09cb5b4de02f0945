using System.Text.Json.Serialization;

namespace Coordination.Demo.Cron.Workers;

/// <summary>What kind of thing happened at a worker.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorkerEventKind>))]
internal enum WorkerEventKind
{
    /// <summary>The worker has a session and begins.</summary>
    Ready,

    /// <summary>It waits for the lock of a job that is due.</summary>
    Waiting,

    /// <summary>It did not get the lock before the job was due again.</summary>
    GaveUp,

    /// <summary>It has the lock.</summary>
    Acquired,

    /// <summary>It runs the job.</summary>
    Started,

    /// <summary>Another worker had already done this tick.</summary>
    AlreadyDone,

    /// <summary>The job is done and written down.</summary>
    Finished,

    /// <summary>The lock was lost in the middle: the run does not count.</summary>
    Lost,

    /// <summary>It begins to release the lock.</summary>
    Releasing,

    /// <summary>Something failed; the worker goes on.</summary>
    Trouble,

    /// <summary>The worker has ended.</summary>
    Ended,
}

/// <summary>Something that happened at a worker: one line of JSON when it comes from another process.</summary>
/// <param name="Worker">Whose event it is.</param>
/// <param name="Kind">What happened.</param>
/// <param name="At">When, in ticks of the machine's monotonic clock, which all its processes share.</param>
internal sealed record WorkerEvent(string Worker, WorkerEventKind Kind, long At)
{
    public string? Job { get; init; }

    public long Token { get; init; }

    public long Tick { get; init; }

    /// <summary>Since when the worker waited, for Acquired.</summary>
    public long Since { get; init; }

    public string? Text { get; init; }
}

/// <summary>Compile-time JSON of <see cref="WorkerEvent"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(WorkerEvent))]
internal sealed partial class WorkerEventJson : JsonSerializerContext;
