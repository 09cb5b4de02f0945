namespace Coordination.Demo.Greeter.Call;

/// <summary>One instance as the caller has met it.</summary>
internal sealed class CallRow(string id)
{
    public string Id => id;

    /// <summary>What it says about itself; null when it is not in the view.</summary>
    public ServiceInstance? Instance { get; set; }

    public int Calls { get; set; }

    public int FailedAttempts { get; set; }

    public double? LastMilliseconds { get; set; }

    public CallRow Copy() => (CallRow)MemberwiseClone();
}
