using Coordination.Etcd;

namespace Coordination.Hosting;

/// <summary>Options as they are read from one source after the other, and everything that could not be read.</summary>
internal sealed class OptionReading(CoordinationOptions options)
{
    private readonly List<string> _problems = [];

    /// <summary>What was read so far.</summary>
    public CoordinationOptions Options { get; set; } = options;

    /// <summary>What is wrong, a sentence each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Takes one value.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="text">What was written.</param>
    /// <param name="origin">Where, as people would look for it.</param>
    public void Take(OptionSetting setting, string text, string origin)
    {
        var (value, allowed) = OptionText.Read(setting, text);
        if (allowed is null)
        {
            Options = setting.With(Options, value);
        }
        else
        {
            _problems.Add($"{setting.Name} is '{(setting.IsSecret ? "…" : EndpointText.WithoutUser(text))}' ({origin}): {allowed}");
        }
    }

    /// <summary>A setting that does not exist: a misspelled one must not be ignored.</summary>
    public void Refuse(string path, IEnumerable<string> known) => _problems.Add($"There is no such setting: {path} (known there: {string.Join(", ", known)})");

    /// <summary>A source that cannot be read at all.</summary>
    public void Refuse(string problem) => _problems.Add(problem);

    /// <exception cref="ArgumentException">There are problems.</exception>
    public CoordinationOptions OrThrow(string what, string parameter)
    {
        OptionProblems.ThrowIfAny(what, Problems, parameter);
        return Options;
    }
}
