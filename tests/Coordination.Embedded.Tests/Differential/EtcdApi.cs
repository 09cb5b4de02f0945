using Etcdserverpb;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using V3Electionpb;

namespace Coordination.Embedded.Tests.Differential;

/// <summary>The methods of etcd, as the protocol describes them.</summary>
internal static class EtcdApi
{
    private static readonly ServiceDescriptor[] Services =
    [
        KV.Descriptor, Watch.Descriptor, Lease.Descriptor, Cluster.Descriptor, Maintenance.Descriptor, Etcdserverpb.Auth.Descriptor,
        V3Lockpb.Lock.Descriptor, Election.Descriptor,
    ];

    private static IEnumerable<MethodDescriptor> Methods => Services.SelectMany(static service => service.Methods);

    public static IEnumerable<string> Paths => Methods.Select(static method => $"/{method.Service.FullName}/{method.Name}");

    /// <summary>The method with one reply that takes a request: there is one.</summary>
    public static Method<IMessage, IMessage> Of(IMessage request)
    {
        var method = Methods.Single(
            method => method.InputType == request.Descriptor && !method.IsClientStreaming && !method.IsServerStreaming);
        return new Method<IMessage, IMessage>(
            MethodType.Unary, method.Service.FullName, method.Name, Marshaller(method.InputType.Parser), Marshaller(method.OutputType.Parser));
    }

    private static Marshaller<IMessage> Marshaller(MessageParser parser) => new(static message => message.ToByteArray(), parser.ParseFrom);
}
