using System.Collections.Immutable;
using System.Globalization;
using Coordination.Chaos.Checks;
using Coordination.Chaos.Workers;

namespace Coordination.Chaos;

/// <summary>The competing processes, each behind a proxy of its own, and the history of what they tell.</summary>
internal sealed class Crew : IAsyncDisposable
{
    private readonly ChaosSettings _settings;
    private readonly Member[] _members;
    private readonly Lock _lock = new();
    private readonly List<Line> _lines = [];
    private readonly Dictionary<int, long> _lastSeen = [];
    private int _started;

    public Crew(ChaosSettings settings, Uri etcd)
    {
        _settings = settings;
        _members = [.. Enumerable.Range(0, settings.Processes).Select(_ => new Member(new TcpProxy(etcd)))];
        for (var n = 0; n < _members.Length; n++)
        {
            StartMember(n);
        }
    }

    public int Count => _members.Length;

    /// <summary>The resource outside of etcd; it sees the writes in the order in which they arrive.</summary>
    public TokenGate Gate { get; } = new();

    public ImmutableArray<Line> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <summary>Who was last seen to hold the lock.</summary>
    public int Holder
    {
        get
        {
            lock (_lock)
            {
                return _lastSeen.Count == 0 ? 0 : _lastSeen.MaxBy(seen => seen.Value).Key;
            }
        }
    }

    public TcpProxy ProxyOf(int member) => _members[member].Proxy;

    public WorkerProcess ProcessOf(int member) => _members[member].Process!;

    public async Task KillAsync(int member)
    {
        await _members[member].Process!.KillAsync();
        await _members[member].Process!.DisposeAsync();
    }

    public void StartMember(int member)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"p{member}.{_started++}");
        _members[member].Process = WorkerProcess.Start(
            WorkerRole.Compete, name, _members[member].Proxy.Endpoint, ChaosSettings.Key, _settings.Ttl, (_settings.Seed * 1000) + _started,
            report => Take(member, name, report));
    }

    /// <summary>Whether each of them held the lock after a time.</summary>
    public bool HaveAllHeldSince(long since)
    {
        lock (_lock)
        {
            return Enumerable.Range(0, Count).All(n => _lastSeen.GetValueOrDefault(n) > since);
        }
    }

    /// <summary>Ends all in order; says what was wrong with that.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        var problems = new List<string>();
        await Task.WhenAll(_members.Select(async member =>
        {
            var inTime = await member.Process!.EndAsync();
            lock (problems)
            {
                if (!inTime)
                {
                    problems.Add($"{member.Process.Name} did not end in time");
                }

                if (member.Process.Errors.Length > 0)
                {
                    problems.Add($"{member.Process.Name} failed: {member.Process.Errors}");
                }
            }
        }));
        return problems;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.Process!.DisposeAsync();
            await member.Proxy.DisposeAsync();
        }
    }

    private void Take(int member, string name, WorkerReport report)
    {
        lock (_lock)
        {
            _lines.Add(new Line(name, report));
            switch (report.Kind)
            {
                case ReportKind.Write:
                    Gate.Write(report.Token);
                    break;
                case ReportKind.Seen:
                    _lastSeen[member] = Math.Max(report.At, _lastSeen.GetValueOrDefault(member));
                    break;
            }
        }
    }

    private sealed class Member(TcpProxy proxy)
    {
        public TcpProxy Proxy { get; } = proxy;

        public WorkerProcess? Process { get; set; }
    }
}
