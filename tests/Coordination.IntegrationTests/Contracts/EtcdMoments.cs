using System.Reflection;
using Coordination.Etcd;

namespace Coordination.IntegrationTests.Contracts;

/// <summary>Passes everything on to a client of etcd, and counts the moments: just before a request is sent, and just after it was answered.</summary>
public class EtcdMoments : DispatchProxy
{
    private IEtcdClient _etcd = null!;
    private int _moment;
    private int _wanted;
    private Action? _then;

    public static (IEtcdClient Etcd, EtcdMoments Moments) Of(IEtcdClient etcd)
    {
        var proxy = Create<IEtcdClient, EtcdMoments>();
        var moments = (EtcdMoments)(object)proxy;
        moments._etcd = etcd;
        return (proxy, moments);
    }

    /// <summary>Calls at a moment, counted from now, on whatever thread that is.</summary>
    public void At(int moment, Action then)
    {
        Volatile.Write(ref _then, null);
        _moment = 0;
        _wanted = moment;
        Volatile.Write(ref _then, then);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var isRequest = targetMethod!.ReturnType.IsAssignableTo(typeof(Task));
        if (isRequest)
        {
            Count();
        }

        var answer = targetMethod.Invoke(_etcd, BindingFlags.DoNotWrapExceptions, null, args, null);
        if (isRequest)
        {
            // It is the first to be told of the answer.
            ((Task)answer!).ContinueWith(_ => Count(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return answer;
    }

    private void Count()
    {
        if (Volatile.Read(ref _then) is { } then && Interlocked.Increment(ref _moment) == _wanted)
        {
            then();
        }
    }
}
