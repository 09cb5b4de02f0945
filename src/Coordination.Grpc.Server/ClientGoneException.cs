namespace Coordination.Grpc.Server;

/// <summary>A read or write of a call whose client reset it: for the handler a cancellation, for the host no error.</summary>
internal sealed class ClientGoneException(Exception? cause) : OperationCanceledException("The client has gone.", cause);
