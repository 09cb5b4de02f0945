namespace Coordination.Demo.Greeter.Call;

/// <summary>How a run of calls is shown while it lasts. Its methods are called from several threads.</summary>
internal interface ICallView
{
    /// <summary>Shows the run while <paramref name="run"/> lasts.</summary>
    Task ShowAsync(CallBoard board, Func<Task> run);

    void Called(CallReport call);

    /// <summary>The view of the service changed.</summary>
    void Changed(TimeSpan at, string text);

    void End(CallSummary summary);
}
