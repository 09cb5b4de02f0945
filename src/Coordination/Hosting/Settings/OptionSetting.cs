using System.Reflection;

namespace Coordination.Hosting;

/// <summary>One setting: where it is in <see cref="CoordinationOptions"/> and how it is called outside.</summary>
/// <param name="Path">The properties on the way to it, the last one its own.</param>
internal sealed record OptionSetting(params PropertyInfo[] Path)
{
    // HOCON groups what concerns the session.
    private static readonly Dictionary<string, string> HoconNames = new()
    {
        [nameof(CoordinationOptions.SessionTtl)] = "session.ttl",
        [nameof(CoordinationOptions.ClockRateBound)] = "session.clock-rate-bound",
        [nameof(CoordinationOptions.RenewalProof)] = "session.renewal-proof",
    };

    private static readonly string[] SecretWords = ["Password", "Secret", "Token", "Credential"];

    /// <summary>As the errors and the code name it: <c>Etcd.RequestTimeout</c>.</summary>
    public string Name { get; } = string.Join('.', Path.Select(property => property.Name));

    /// <summary>Under the section in IConfiguration: <c>Etcd:RequestTimeout</c>.</summary>
    public string ConfigurationPath { get; } = string.Join(':', Path.Select(property => property.Name));

    /// <summary>Under the block in HOCON: <c>etcd.request-timeout</c>.</summary>
    public string HoconPath { get; } =
        Path.Length == 1 && HoconNames.TryGetValue(Path[0].Name, out var grouped) ? grouped : string.Join('.', Path.Select(property => Kebab(property.Name)));

    public Type Type => Path[^1].PropertyType;

    /// <summary>Whether it is a number of bytes, for which there are units.</summary>
    public bool IsSize { get; } = Path[^1].Name.EndsWith("MessageSize", StringComparison.Ordinal) || Path[^1].Name.EndsWith("Bytes", StringComparison.Ordinal);

    /// <summary>Whether its value is shown to nobody.</summary>
    public bool IsSecret { get; } = SecretWords.Any(word => Path[^1].Name.EndsWith(word, StringComparison.Ordinal));

    /// <summary>Its value; null also when a part of the options on the way to it is not there.</summary>
    public object? Read(CoordinationOptions options) => Path.Aggregate((object?)options, (at, property) => at is null ? null : property.GetValue(at));

    /// <summary>
    /// The same options with another value; what is on the way to it is copied. A part that is not there (credentials) is made by what it cannot do without (the user);
    /// other settings of it mean nothing before.
    /// </summary>
    public CoordinationOptions With(CoordinationOptions options, object? value) => (CoordinationOptions)With(options, 0, value);

    private object With(object record, int depth, object? value)
    {
        var part = value;
        if (depth < Path.Length - 1)
        {
            part = (Path[depth].GetValue(record) ?? OptionSchema.Make(Path[depth].PropertyType, Path[depth + 1].Name)) is { } next ? With(next, depth + 1, value) : null;
        }

        var copy = OptionSchema.Copy(record);
        Path[depth].SetValue(copy, part);
        return copy;
    }

    private static string Kebab(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}
