namespace Coordination.Testing;

/// <summary>One node of an <see cref="EtcdCluster"/>.</summary>
public sealed class EtcdClusterNode(string name) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coordination-etcd-").FullName;
    private EtcdProcess? _process;
    private bool _isPaused;

    public string Name => name;

    public Uri Endpoint { get; } = new($"http://127.0.0.1:{EtcdProcess.FreePort()}");

    /// <summary>Whether its process runs and is not stopped.</summary>
    public bool IsServing => !_isPaused && _process is { IsRunning: true };

    internal string PeerUrl { get; } = $"http://127.0.0.1:{EtcdProcess.FreePort()}";

    /// <summary>Starts it for the first time.</summary>
    internal Task StartAsync(string members, bool isNew)
    {
        var client = Endpoint.GetLeftPart(UriPartial.Authority);
        _process = new EtcdProcess(
        [
            "--name", name, "--data-dir", _folder, "--listen-client-urls", client, "--advertise-client-urls", client, "--listen-peer-urls", PeerUrl,
            "--initial-advertise-peer-urls", PeerUrl, "--initial-cluster", members, "--initial-cluster-state", isNew ? "new" : "existing", "--unsafe-no-fsync",
        ]);
        return _process.StartAsync();
    }

    /// <summary>Starts it again, with the data it had. Completes when it serves: never without a quorum.</summary>
    public Task StartAgainAsync() => _process!.StartAsync();

    /// <summary>SIGSTOP: it hangs, with its connections open.</summary>
    public void Pause()
    {
        _isPaused = true;
        _process!.Pause();
    }

    /// <summary>SIGCONT.</summary>
    public void Resume()
    {
        _process!.Resume();
        _isPaused = false;
    }

    /// <summary>SIGKILL.</summary>
    public Task KillAsync() => _process!.KillAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <inheritdoc/>
    public override string ToString() => name;
}
