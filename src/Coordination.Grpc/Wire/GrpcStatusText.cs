using System.Globalization;
using System.Text;

namespace Coordination.Grpc.Wire;

/// <summary>The headers <c>grpc-status</c> and <c>grpc-message</c>: a decimal number, and percent-encoded UTF-8.</summary>
internal static class GrpcStatusText
{
    public const string StatusHeader = "grpc-status";
    public const string MessageHeader = "grpc-message";

    public static string FormatStatus(GrpcStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    /// <summary>The status a header names; a number that is none of gRPC's counts as Unknown, as the protocol asks.</summary>
    public static bool TryParseStatus(string? text, out GrpcStatusCode status)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            status = GrpcStatusCode.Unknown;
            return false;
        }

        status = number is >= 0 and <= 16 ? (GrpcStatusCode)number : GrpcStatusCode.Unknown;
        return true;
    }

    public static string EncodeMessage(string message)
    {
        var encoded = new StringBuilder(message.Length);
        foreach (var b in Encoding.UTF8.GetBytes(message))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
            {
                encoded.Append((char)b);
            }
            else
            {
                encoded.Append('%').Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    public static string DecodeMessage(string text) => text.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(text) : text;
}
