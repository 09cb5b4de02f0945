using System.Collections.Immutable;
using System.Globalization;
using Akka.Configuration;
using Coordination.Etcd;

namespace Coordination.Hosting;

/// <summary>Reads the value of a setting from text, the same from whatever source it comes.</summary>
internal static class OptionText
{
    public static bool CanRead(Type type)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        return value == typeof(string) || value == typeof(bool) || value == typeof(int) || value == typeof(long) || value == typeof(ulong) || value == typeof(double)
            || value == typeof(TimeSpan) || value == typeof(Uri) || value == typeof(ImmutableArray<Uri>) || value == typeof(ImmutableArray<string>) || value.IsEnum;
    }

    /// <summary>The value, or what is allowed.</summary>
    public static (object? Value, string? Allowed) Read(OptionSetting setting, string text)
    {
        var type = Nullable.GetUnderlyingType(setting.Type) ?? setting.Type;
        return type switch
        {
            _ when type == typeof(string) => (text, null),
            _ when type == typeof(bool) => Switch(text),
            _ when type == typeof(TimeSpan) => Duration(text),
            _ when setting.IsSize => Size(text, type),
            _ when type == typeof(int) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var i) ? (i, null) : (null, "allowed is a whole number"),
            _ when type == typeof(long) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l) ? (l, null) : (null, "allowed is a whole number"),
            _ when type == typeof(ulong) => ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? (id, null) : (null, "allowed is a hexadecimal number"),
            _ when type == typeof(double) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d) ? (d, null) : (null, "allowed is a number like 0.01"),
            _ when type.IsEnum => Choice(type, text),
            _ when type == typeof(Uri) => Uri.TryCreate(text, UriKind.Absolute, out var uri) ? (uri, null) : (null, "allowed is an address like http://host:port"),
            _ when type == typeof(ImmutableArray<Uri>) => Endpoints(text),
            _ => (text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToImmutableArray(), null),
        };
    }

    /// <summary>A value as people would write it.</summary>
    public static string Write(OptionSetting setting, object? value) => value switch
    {
        null => "",
        TimeSpan time => Write(time),
        ImmutableArray<Uri> uris => string.Join(',', uris.Select(u => u.GetLeftPart(UriPartial.Authority))),
        ImmutableArray<string> texts => string.Join(',', texts.IsDefault ? [] : texts),
        Enum choice => choice.ToString().ToLowerInvariant(),
        int bytes when setting.IsSize => $"{bytes / 1024 / 1024}MiB",
        ulong id => id.ToString("x", CultureInfo.InvariantCulture),
        bool isOn => isOn ? "on" : "off",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Write(TimeSpan time) => time switch
    {
        { Ticks: 0 } => "0s",
        _ when time.TotalMinutes >= 1 && time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{time.Ticks / TimeSpan.TicksPerMinute}m",
        _ when time.Ticks % TimeSpan.TicksPerSecond == 0 => $"{time.Ticks / TimeSpan.TicksPerSecond}s",
        _ => $"{time.Ticks / TimeSpan.TicksPerMillisecond}ms",
    };

    private static (object?, string?) Switch(string text) => text.ToLowerInvariant() switch
    {
        "true" or "on" or "yes" => (true, null),
        "false" or "off" or "no" => (false, null),
        _ => (null, "allowed are on and off"),
    };

    // A bare number would be days to .NET and milliseconds to HOCON: it must say which.
    private static (object?, string?) Duration(string text)
    {
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? (time, null) : (null, "allowed is a time like 5s, 200ms or 00:00:05");
        }

        return text == "0" ? (TimeSpan.Zero, null)
            : text.Length > 0 && char.IsAsciiLetter(text[^1]) && InHocon<TimeSpan>(text, config => config.GetTimeSpan("v", null, allowInfinite: false)) is { } read ? (read, null)
            : (null, "allowed is a time like 5s, 200ms or 00:00:05");
    }

    private static (object?, string?) Size(string text, Type type)
    {
        var bytes = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain) ? plain : InHocon(text, config => config.GetByteSize("v", null));
        return bytes is not { } size ? (null, "allowed is a number of bytes like 67108864 or 64MiB")
            : type == typeof(int) ? ((int)Math.Min(int.MaxValue, size), null) : (size, null);
    }

    private static (object?, string?) Choice(Type type, string text) => Enum.TryParse(type, text, ignoreCase: true, out var choice) && Enum.IsDefined(type, choice)
        ? (choice, null)
        : (null, $"allowed are {string.Join(", ", Enum.GetNames(type)).ToLowerInvariant()}");

    private static (object?, string?) Endpoints(string text)
    {
        try
        {
            return (EndpointText.ParseList(text), null);
        }
        catch (FormatException error)
        {
            return (null, error.Message.TrimEnd('.'));
        }
    }

    /// <summary>HOCON knows the units.</summary>
    private static T? InHocon<T>(string text, Func<Config, T?> read)
        where T : struct
    {
        try
        {
            return text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ' ' or '-') ? read(ConfigurationFactory.ParseString($"v = \"{text}\"")) : null;
        }
        catch (Exception error) when (error is FormatException or ConfigurationException or ArgumentException or OverflowException)
        {
            return null;
        }
    }
}
