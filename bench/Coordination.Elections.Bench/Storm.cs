using System.Diagnostics;
using System.Globalization;
using Coordination.Etcd;
using Coordination.Testing;

namespace Coordination.Elections.Bench;

/// <summary>
/// Many candidates in several processes on one election, and every few seconds a fault at random: a process killed, stopped for a while, its network cut or
/// black-holed, etcd stopped for a moment or killed and started again. What the processes say is checked against what an election promises.
/// </summary>
internal sealed class Storm(TimeSpan duration, int processes, int candidates, int seed)
{
    private readonly Random _random = new(seed);
    private readonly StormCheck _check = new();
    private readonly SortedDictionary<string, int> _faults = [];

    public async Task<int> RunAsync()
    {
        Console.WriteLine($"storm: {candidates} candidates in {processes} processes for {duration.TotalSeconds:0} s, seed {seed}");
        await using var etcd = await RealEtcd.StartAsync();
        await using var direct = etcd.CreateClient();
        await using var witness = etcd.StartSystem("witness");
        await using var history = new Witness(direct, StormWorker.Election + "/");
        var workers = Enumerable.Range(0, processes).Select(n => new Worker($"p{n}", etcd.Endpoint, candidates / processes, _check)).ToList();
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < duration)
        {
            await DelayAsync(1000, 3000);
            await FaultAsync(etcd, workers[_random.Next(workers.Count)]);
        }

        Console.WriteLine("storm: the end; all stop");
        await Task.WhenAll(workers.Select(worker => worker.StopAsync()));
        await UntilEmptyAsync(direct);
        foreach (var (fault, count) in _faults)
        {
            Console.WriteLine($"  fault {fault,-22} {count,5}");
        }

        return _check.Report(await history.CompleteAsync(TimeSpan.FromSeconds(30)), KeyRange.Prefix(StormWorker.Election + "/"));
    }

    private async Task FaultAsync(RealEtcd etcd, Worker worker)
    {
        var fault = _random.Next(12);
        var name = fault switch { < 2 => "kill", < 4 => "stop > TTL", < 5 => "stop < TTL", < 7 => "black hole", < 9 => "resets", < 10 => "replies dropped", < 11 => "etcd stopped", _ => "etcd restarted" };
        _faults[name] = _faults.GetValueOrDefault(name) + 1;
        switch (name)
        {
            case "kill":
                await worker.KillAsync();
                await DelayAsync(0, 500);
                worker.Start();
                break;
            case "stop > TTL" or "stop < TTL":
                worker.Signal(Signals.Stop);
                await (name == "stop > TTL" ? DelayAsync(2500, 4000) : DelayAsync(200, 1000));
                worker.Signal(Signals.Continue);
                break;
            case "black hole":
                worker.Proxy.BlackHole(true);
                await DelayAsync(1000, 4000);
                worker.Proxy.BlackHole(false);
                worker.Proxy.CutAll();
                break;
            case "resets":
                for (var n = _random.Next(1, 6); n > 0; n--)
                {
                    worker.Proxy.CutAll();
                    await DelayAsync(10, 100);
                }

                break;
            case "replies dropped":
                worker.Proxy.DropReplies = true;
                await DelayAsync(500, 3000);
                worker.Proxy.DropReplies = false;
                worker.Proxy.CutAll();
                break;
            case "etcd stopped":
                etcd.Pause();
                await DelayAsync(200, 1500);
                etcd.Resume();
                break;
            default:
                await etcd.KillAsync();
                await etcd.StartProcessAsync();
                break;
        }
    }

    private Task DelayAsync(int min, int max) => Task.Delay(TimeSpan.FromMilliseconds(_random.Next(min, max)), TimeProvider.System);

    private static async Task UntilEmptyAsync(EtcdClient etcd)
    {
        var start = TimeProvider.System.GetTimestamp();
        while ((await etcd.GetAsync(new EtcdOp.Get(KeyRange.Prefix("/storm/leader")) { CountOnly = true })).Count > 0)
        {
            if (TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromSeconds(10))
            {
                throw new InvalidOperationException("Keys are left in etcd.");
            }
        }
    }

    /// <summary>One process of candidates, behind a proxy of its own.</summary>
    private sealed class Worker
    {
        private readonly string _name;
        private readonly int _candidates;
        private readonly StormCheck _check;
        private Process _process = null!;
        private Task _reading = Task.CompletedTask;
        private int _life;

        public Worker(string name, Uri endpoint, int candidates, StormCheck check)
        {
            _name = name;
            _candidates = candidates;
            _check = check;
            Proxy = new TcpProxy(endpoint);
            Start();
        }

        public TcpProxy Proxy { get; }

        public void Start()
        {
            var program = Path.ChangeExtension(typeof(Storm).Assembly.Location, OperatingSystem.IsWindows() ? ".exe" : null);
            var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
            foreach (var argument in (string[])["worker", _name, Proxy.Endpoint.ToString(), _candidates.ToString(CultureInfo.InvariantCulture)])
            {
                start.ArgumentList.Add(argument);
            }

            _process = Process.Start(start)!;
            _reading = ReadAsync(_process, $"{_name}.{++_life}");
        }

        public void Signal(int signal) => Signals.Send(_process.Id, signal);

        public async Task KillAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            await _reading;
        }

        public async Task StopAsync()
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
            await _reading;
            await Proxy.DisposeAsync();
        }

        private async Task ReadAsync(Process process, string life)
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                _check.Take(life, line.Split(' '));
            }
        }
    }
}
