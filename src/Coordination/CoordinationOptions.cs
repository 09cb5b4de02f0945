using System.Globalization;
using Coordination.Etcd;
using Coordination.Leases;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination;

/// <summary>Options of a <see cref="CoordinationSystem"/>. Checked when the system is made; hocon/coordination.conf explains them.</summary>
public sealed record CoordinationOptions
{
    internal const int LongestOwner = 256;

    /// <summary>The name of the system, in logs and actor paths. Default <c>coordination</c>; letters, digits, '-' and '_'.</summary>
    public string Name { get; set; } = "coordination";

    /// <summary>What this process is called in the values of its locks. Default <c>machine:process id</c>; 1 to 256 characters.</summary>
    public string Owner { get; set; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");

    /// <summary>
    /// The TTL of the session lease: how long a crashed process keeps its locks, and how long etcd may be away before they are lost.
    /// Default 10 s; 2 s to 1 h, in whole seconds (a fraction is rounded up).
    /// </summary>
    public TimeSpan SessionTtl { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether there is a session lease. Without one nothing is written: for a reader, who may not be allowed to; what needs a lease waits in vain.</summary>
    internal bool HasSession { get; init; } = true;

    /// <summary>How often the session lease is renewed at least; null: every third of its TTL.</summary>
    internal TimeSpan? RenewEvery { get; init; }

    /// <summary>How much faster the server's clock may run than this machine's, as a fraction. Default 0.01; 0 to 0.2.</summary>
    public double ClockRateBound { get; set; } = 0.01;

    /// <summary>When a renewal of a lease must be proven. Default: <see cref="RenewalProof.Auto"/>, by the server's version.</summary>
    public RenewalProof RenewalProof { get; set; }

    /// <summary>
    /// How long a host that starts waits for the session lease. Without it by then, the host does not start. Default 0: it does not wait, and etcd may come
    /// later; 0 to 5 min.
    /// </summary>
    public TimeSpan StartTimeout { get; set; }

    /// <summary>How long stopping may take. Default 5 s; 100 ms to 5 min. Locks that are not released by then run out with the lease.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The connection to etcd.</summary>
    public EtcdClientOptions Etcd { get; set; } = new() { TimeProvider = SuspendAwareTimeProvider.Instance };

    /// <summary>The locks.</summary>
    public LockOptions Locks { get; set; } = new();

    /// <summary>How writes are sent.</summary>
    public JournalOptions Journal { get; set; } = new();

    /// <summary>The elections.</summary>
    public ElectionOptions Elections { get; set; } = new();

    /// <summary>Registrations and discoveries.</summary>
    public ServiceOptions Services { get; set; } = new();

    /// <summary>The watches.</summary>
    public WatchOptions Watches { get; set; } = new();

    /// <summary>What is measured and traced.</summary>
    public DiagnosticsOptions Diagnostics { get; set; } = new();

    /// <summary>Where logs go. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The clock. Default: the system's, counting suspended time.</summary>
    public TimeProvider TimeProvider { get; set; } = SuspendAwareTimeProvider.Instance;

    /// <summary>Everything that is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new OptionProblems();
        if (Name.Length is 0 or > 64 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !char.IsAsciiLetterOrDigit(Name[0]))
        {
            problems.Add(nameof(Name), Name, "allowed are 1 to 64 letters, digits, '-' and '_', beginning with a letter or digit");
        }

        if (Owner.Length is 0 or > LongestOwner)
        {
            problems.Add(nameof(Owner), Owner, $"allowed are 1 to {LongestOwner} characters");
        }

        problems.Check(nameof(SessionTtl), SessionTtl, LeaseSettings.LeastTtl, LeaseSettings.LongestTtl);
        problems.Check(nameof(StartTimeout), StartTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        problems.Check(nameof(StopTimeout), StopTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        if (!Enum.IsDefined(RenewalProof))
        {
            problems.Add(nameof(RenewalProof), RenewalProof, $"allowed are {string.Join(", ", Enum.GetNames<RenewalProof>())}");
        }

        if (ClockRateBound is not (>= 0 and <= 0.2))
        {
            problems.Add(nameof(ClockRateBound), ClockRateBound, "allowed is 0 to 0.2");
        }

        Locks.Validate(problems);
        Journal.Validate(problems);
        Elections.Validate(problems);
        Services.Validate(problems);
        Watches.Validate(problems);
        return [.. problems.All, .. Etcd.Validate().Select(problem => $"Etcd.{problem}")];
    }

    /// <summary>A copy that nobody else changes: what a system goes by from its start on.</summary>
    internal CoordinationOptions Copy() => this with
    {
        Etcd = Etcd with { Tls = Etcd.Tls with { }, Credentials = Etcd.Credentials is { } credentials ? credentials with { } : null },
        Locks = Locks with { },
        Journal = Journal with { },
        Elections = Elections with { },
        Services = Services with { },
        Watches = Watches with { },
        Diagnostics = Diagnostics with { },
    };
}
