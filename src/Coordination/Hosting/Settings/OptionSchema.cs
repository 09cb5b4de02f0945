using System.Collections.Immutable;
using System.Reflection;

namespace Coordination.Hosting;

/// <summary>
/// All settings that <see cref="CoordinationOptions"/> and the records in it have, found by reflection: a new option can be configured without another word.
/// What cannot be written as text (a clock, a logger, a callback) is for code alone.
/// </summary>
internal static class OptionSchema
{
    public static ImmutableArray<OptionSetting> Settings { get; } = [.. Find(typeof(CoordinationOptions), [])];

    /// <summary>The names that are known in a block of HOCON, in their order; the empty path is the root.</summary>
    public static ILookup<string, string> HoconBlocks { get; } = Blocks(setting => setting.HoconPath, '.');

    /// <summary>The names that are known in a section of IConfiguration.</summary>
    public static ILookup<string, string> ConfigurationSections { get; } = Blocks(setting => setting.ConfigurationPath, ':');

    /// <summary>A copy of a record, as <c>with</c> makes it.</summary>
    public static object Copy(object record) => CloneOf(record.GetType())!.Invoke(record, null)!;

    /// <summary>A record that begins with this property; null when it is not what the record is made of.</summary>
    public static object? Make(Type record, string property) =>
        record.GetConstructors().FirstOrDefault(constructor => constructor.GetParameters() is [{ } first] && first.Name == property && first.ParameterType == typeof(string))
            ?.Invoke([""]);

    private static IEnumerable<OptionSetting> Find(Type record, PropertyInfo[] path)
    {
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && p.GetIndexParameters().Length == 0))
        {
            PropertyInfo[] here = [.. path, property];
            if (OptionText.CanRead(property.PropertyType))
            {
                yield return new OptionSetting(here);
            }
            else if (property.PropertyType.Assembly == typeof(CoordinationOptions).Assembly && CloneOf(property.PropertyType) is not null)
            {
                foreach (var setting in Find(property.PropertyType, here))
                {
                    yield return setting;
                }
            }
        }
    }

    private static MethodInfo? CloneOf(Type record) => record.GetMethod("<Clone>$");

    private static ILookup<string, string> Blocks(Func<OptionSetting, string> pathOf, char separator) => Settings
        .Select(pathOf)
        .SelectMany(path => path.Split(separator) is var parts ? parts.Select((name, i) => (Block: string.Join(separator, parts[..i]), Name: name)) : [])
        .Distinct()
        .ToLookup(entry => entry.Block, entry => entry.Name, StringComparer.OrdinalIgnoreCase);
}
