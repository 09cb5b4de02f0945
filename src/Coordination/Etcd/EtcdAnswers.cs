namespace Coordination.Etcd;

/// <summary>Fact, told to an actor that waits before it tries again: etcd answers (<see cref="EtcdReturn"/>).</summary>
internal sealed record EtcdAnswers
{
    public static EtcdAnswers Message { get; } = new();
}
