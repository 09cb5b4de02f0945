using System.Globalization;

namespace Coordination.Chaos.Workers;

/// <summary>What a worker tells, one line each. A line is written before the worker goes on, so a kill loses none that was written.</summary>
/// <param name="Kind">What.</param>
/// <param name="Token">Of which acquisition; 0: of none.</param>
/// <param name="At">When, by <see cref="Stamp"/>.</param>
/// <param name="Text">More.</param>
internal sealed record WorkerReport(ReportKind Kind, long Token, long At, string Text = "")
{
    public static WorkerReport? Parse(string line) =>
        line.Split(' ', 4) is [var kind, var token, var at, var text]
        && Enum.TryParse<ReportKind>(kind, out var what)
        && long.TryParse(token, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(at, CultureInfo.InvariantCulture, out var stamp)
            ? new WorkerReport(what, number, stamp, text)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} {Token} {At} {Text.ReplaceLineEndings(" ")}");
}

/// <summary>What happened to a worker.</summary>
internal enum ReportKind
{
    /// <summary>Its session is open.</summary>
    Ready,

    /// <summary>It asks for the lock.</summary>
    Asked,

    /// <summary>
    /// It held the lock at this time for certain: the stamp was taken before IsHeld was asked, and IsHeld said yes. A claim never begins again once it
    /// ended, so it was held at the stamp, whenever between the stamp and this line the process was stopped.
    /// </summary>
    Seen,

    /// <summary>IsHeld said no, at this time or before the line was written.</summary>
    Over,

    /// <summary>The Lost token was cancelled; the text is the reason.</summary>
    Told,

    /// <summary>The release was answered.</summary>
    Released,

    /// <summary>It writes to the protected resource outside of etcd, which looks at the token.</summary>
    Write,

    /// <summary>Its guarded transaction in etcd was answered: yes or no.</summary>
    Guarded,

    /// <summary>The deadline of its claim, when nothing renews it any more.</summary>
    Deadline,

    /// <summary>A request failed; the text is the kind.</summary>
    Failed,

    /// <summary>It ends.</summary>
    Ended,
}
