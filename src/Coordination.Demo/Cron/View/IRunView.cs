namespace Coordination.Demo.Cron.View;

/// <summary>How a run is shown while it lasts.</summary>
internal interface IRunView
{
    /// <summary>Shows the run while <paramref name="run"/> lasts.</summary>
    Task ShowAsync(Board board, Func<Task> run);

    /// <summary>Something worth telling happened.</summary>
    void Note(TimeSpan at, string text);

    /// <summary>The board has changed.</summary>
    void Refresh();
}
