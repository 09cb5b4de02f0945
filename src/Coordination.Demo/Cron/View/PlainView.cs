using System.Globalization;

namespace Coordination.Demo.Cron.View;

/// <summary>One line for each thing worth telling: for pipes and logs.</summary>
internal sealed class PlainView(TextWriter output) : IRunView
{
    public Task ShowAsync(Board board, Func<Task> run) => run();

    public void Note(TimeSpan at, string text) =>
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{at.TotalSeconds,8:0.000}s  {text}"));

    public void Refresh()
    {
        // Lines do not change.
    }
}
