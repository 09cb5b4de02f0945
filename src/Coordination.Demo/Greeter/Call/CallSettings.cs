namespace Coordination.Demo.Greeter.Call;

/// <summary>What a run of <c>greeter call</c> does.</summary>
/// <param name="Service">Who is called.</param>
/// <param name="Name">Who is greeted.</param>
/// <param name="Count">How many calls; 0: until Ctrl-C.</param>
/// <param name="Interval">From the beginning of a call to the beginning of the next one; 0: at once.</param>
/// <param name="Parallel">How many callers there are.</param>
/// <param name="Timeout">How long a call may take, retries included.</param>
internal sealed record CallSettings(string Service, string Name, int Count, TimeSpan Interval, int Parallel, TimeSpan Timeout);
