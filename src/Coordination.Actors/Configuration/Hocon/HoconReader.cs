namespace Coordination.Actors;

/// <summary>What an include names.</summary>
internal sealed record HoconInclude(string Name, bool IsRequired);

/// <summary>From text to values.</summary>
internal static class HoconReader
{
    public static HoconRoot Read(string hocon, string? source, Func<HoconInclude, HoconPosition, HoconNode>? include) =>
        new(new HoconResolver(Parse(hocon, source, include)).Resolve());

    public static ObjectNode Parse(string hocon, string? source, Func<HoconInclude, HoconPosition, HoconNode>? include)
    {
        ArgumentNullException.ThrowIfNull(hocon);
        return new HoconParser(new HoconScanner(hocon, source), include).ParseRoot();
    }
}
