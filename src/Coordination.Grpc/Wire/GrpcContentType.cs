namespace Coordination.Grpc.Wire;

/// <summary>The content type of gRPC with Protobuf messages. Other encodings and gRPC-Web have other bytes under similar names.</summary>
internal static class GrpcContentType
{
    public const string Name = "application/grpc";

    public static bool Accepts(string? contentType)
    {
        var mediaType = contentType.AsSpan();
        var parameters = mediaType.IndexOf(';');
        mediaType = (parameters < 0 ? mediaType : mediaType[..parameters]).Trim();
        return mediaType.Equals(Name, StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals(Name + "+proto", StringComparison.OrdinalIgnoreCase);
    }
}
