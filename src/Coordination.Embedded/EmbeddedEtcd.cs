using System.Security.Cryptography;
using Coordination.Embedded.Server;
using Coordination.Embedded.Snapshots;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordination.Embedded;

/// <summary>
/// An etcd v3 server inside this process, <b>for development and tests</b>: everything is in memory and on one node, and nothing survives the process, except an
/// optional snapshot at its end. Production is a real etcd cluster of three or five members.
/// </summary>
/// <remarks>
/// It speaks the gRPC services KV, Watch, Lease, Auth, Lock, Election, Cluster and Maintenance with etcd's own error codes and messages, so that <c>etcdctl</c> and
/// every etcd client can use <see cref="Endpoint"/>; also <c>GET /version</c> and
/// <c>GET /health</c>. docs/embedded.md lists what differs. All members are thread-safe.
/// </remarks>
public sealed class EmbeddedEtcd : IAsyncDisposable
{
    private readonly EmbeddedEtcdOptions _options;
    private readonly NodeHost _host;
    private readonly SemaphoreSlim _lifecycle = new(1, 1);
    private readonly ILogger _log;
    private EtcdListener? _listener;
    private bool _disposed;

    private EmbeddedEtcd(EmbeddedEtcdOptions options)
    {
        _options = options;
        _log = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger<EmbeddedEtcd>();
        var settings = new NodeSettings
        {
            Identity = new ClusterIdentity(options.ClusterId ?? RandomId(), RandomId(), 2),
            MinimumLeaseTtlSeconds = (long)options.MinimumLeaseTtl.TotalSeconds,
            TokenTimeToLive = options.AuthTokenTtl,
            FirstLeaseId = (long)(RandomId() >> 1),
        };
        _host = new NodeHost(new EtcdNode(settings, options.TimeProvider), options);
        Faults = new EmbeddedEtcdFaults(_host);
        Endpoint = new Uri("http://localhost");
    }

    /// <summary>Where clients connect. It stays the same when the server is stopped and started again.</summary>
    public Uri Endpoint { get; private set; }

    /// <summary>What can be made to go wrong.</summary>
    public EmbeddedEtcdFaults Faults { get; }

    /// <summary>The revision of the last change.</summary>
    public long Revision => _host.Read(static node => node.Store.CurrentRevision);

    /// <summary>The id of the cluster in all replies.</summary>
    public ulong ClusterId => _host.Read(static node => node.Identity.ClusterId);

    /// <summary>Starts a server, without data unless there is a snapshot file.</summary>
    /// <param name="options">The options; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The port is in use, or the snapshot file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The snapshot file is not one.</exception>
    public static async Task<EmbeddedEtcd> StartAsync(EmbeddedEtcdOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new EmbeddedEtcdOptions();
        options.Validate();
        var etcd = new EmbeddedEtcd(options);
        try
        {
            await etcd.LoadAsync(cancellationToken).ConfigureAwait(false);
            await etcd.ListenAsync(options.Port, cancellationToken).ConfigureAwait(false);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Stops serving and keeps the data, as a server process that ends but leaves its disk behind. Open calls end with <c>Unavailable</c>.
    /// Does nothing when the server is stopped already.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StopListeningAsync().ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>
    /// Serves again on the same port with the data from before <see cref="StopAsync"/> (stops first when needed). As after the restart of a real
    /// server the raft term is higher, all watches are gone, and every lease has its whole time to live again.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            await StopListeningAsync().ConfigureAwait(false);
            _host.Read(static node =>
            {
                node.Restart();
                return true;
            });
            await ListenAsync(Endpoint.Port, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    /// <summary>Stops serving and forgets all data (after writing the snapshot file, if there is one).</summary>
    public async ValueTask DisposeAsync()
    {
        await _lifecycle.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            await StopListeningAsync().ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    private static ulong RandomId() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private async Task ListenAsync(int port, CancellationToken cancellationToken)
    {
        _listener = await EtcdListener.StartAsync(_host, _options, port, cancellationToken).ConfigureAwait(false);
        Endpoint = _listener.Endpoint;
        EmbeddedEtcdLog.Started(_log, Endpoint);
    }

    private async Task StopListeningAsync()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            await listener.DisposeAsync().ConfigureAwait(false);
            await SaveAsync().ConfigureAwait(false);
            EmbeddedEtcdLog.Stopped(_log, Endpoint);
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (_options.SnapshotFile is { } file && File.Exists(file))
        {
            var bytes = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
            _host.Read(node =>
            {
                Snapshot.Read(bytes, node);
                return true;
            });
        }
    }

    private async Task SaveAsync()
    {
        if (_options.SnapshotFile is { } file)
        {
            // Half a file must never take the place of a whole one.
            var unfinished = file + ".new";
            await File.WriteAllBytesAsync(unfinished, _host.Read(Snapshot.Write)).ConfigureAwait(false);
            File.Move(unfinished, file, overwrite: true);
        }
    }
}
