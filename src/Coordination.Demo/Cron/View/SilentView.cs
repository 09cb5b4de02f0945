namespace Coordination.Demo.Cron.View;

/// <summary>Nothing at all: the summary is all that is wanted.</summary>
internal sealed class SilentView : IRunView
{
    public Task ShowAsync(Board board, Func<Task> run) => run();

    public void Note(TimeSpan at, string text)
    {
        // Not wanted.
    }

    public void Refresh()
    {
        // Not wanted.
    }
}
