using System.CommandLine;
using System.CommandLine.Parsing;

namespace Coordination.Demo.Cli;

/// <summary>The option <c>--layout</c>: a form, and after a colon the keys if they are not the usual ones.</summary>
internal static class LayoutOption
{
    public static Option<ServiceLayout> Create() => new("--layout")
    {
        Description =
            """
            Under which keys instances are, and in what form: json, plain (host:port), grpc (etcd's gRPC naming) or fields (four keys). Other keys than
            the usual ones after a colon: plain:/{service}/{id}, with {service} and a last segment {id}, {address} or {lease}.
            """,
        HelpName = "form[:keys]",
        DefaultValueFactory = _ => ServiceLayout.Default,
        CustomParser = Parse,
    };

    private static ServiceLayout Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var (form, keys) = text.Split(':', 2) is [var before, var after] ? (before, after) : (text, null);
        try
        {
            switch (form)
            {
                case "json":
                    return keys is null ? ServiceLayout.Json() : ServiceLayout.Json(keys);
                case "plain":
                    return keys is null ? ServiceLayout.Plain() : ServiceLayout.Plain(keys);
                case "grpc":
                    return keys is null ? ServiceLayout.GrpcNaming() : ServiceLayout.GrpcNaming(keys);
                case "fields":
                    return keys is null ? ServiceLayout.FourField() : ServiceLayout.FourField(keys);
                default:
                    result.AddError($"--layout: '{form}' is no form; allowed are json, plain, grpc and fields, with other keys after a colon.");
                    break;
            }
        }
        catch (ArgumentException error)
        {
            result.AddError($"--layout: {ArgumentText.Of(error)}");
        }

        return ServiceLayout.Default;
    }
}
