using Coordination.Etcd;

namespace Coordination;

/// <summary>
/// Under which keys the instances of a service are, and in what form they are written. All forms are read under the keys of any layout with one key for each
/// instance, so that programs with different habits find each other. Immutable; compares by content.
/// </summary>
public sealed record ServiceLayout
{
    private ServiceLayout(ServiceForm form, string keys)
    {
        Form = form;
        Keys = keys;
    }

    /// <summary><see cref="Json"/> under <c>/services/{service}/{id}</c>.</summary>
    public static ServiceLayout Default { get; } = Json();

    /// <summary>How an instance is written.</summary>
    public ServiceForm Form { get; }

    /// <summary>The keys, with placeholders.</summary>
    public string Keys { get; }

    /// <summary>The range with all services; null when the layout has no prefix of its own before the service's name.</summary>
    internal KeyRange? AllServices =>
        Form is not ServiceForm.FourField && Keys.IndexOf("{service}", StringComparison.Ordinal) is > 1 and var at ? KeyRange.Prefix(Keys[..at]) : null;

    /// <summary>One key for each instance with all it says, as JSON: <c>{"service":"web","id":"node1","host":"10.0.0.1","port":8080,…}</c>.</summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout Json(string keys = "/services/{service}/{id}") => new(ServiceForm.Json, keys);

    /// <summary>One key for each instance with <c>host:port</c> and nothing else: <c>/{service}/{id}</c>, <c>/services/{service}/{address}</c>, <c>{service}/{lease}</c>.</summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout Plain(string keys = "/services/{service}/{address}") => new(ServiceForm.Plain, keys);

    /// <summary>The JSON of etcd's gRPC naming, <c>{"Op":0,"Addr":"host:port","Metadata":…}</c>: the older resolver's keys end in <c>{address}</c>, those of the newer endpoints manager in <c>{id}</c>.</summary>
    /// <param name="keys">The keys: <c>{service}</c> once, and a last segment <c>{id}</c>, <c>{address}</c> (host:port) or <c>{lease}</c> (the lease in decimal).</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout GrpcNaming(string keys = "{service}/{id}") => new(ServiceForm.GrpcNaming, keys);

    /// <summary>Four keys for the only instance of a service: <c>greeter</c>, <c>greeter.ip</c>, <c>greeter.port</c>, <c>greeter.protocol</c>.</summary>
    /// <param name="keys">The first key: ends in <c>{service}</c>.</param>
    /// <exception cref="ArgumentException">The keys are not of this form.</exception>
    public static ServiceLayout FourField(string keys = "{service}") => new(ServiceForm.FourField, keys);
}

/// <summary>How an instance is written.</summary>
public enum ServiceForm
{
    /// <summary>All it says, as JSON.</summary>
    Json,

    /// <summary><c>host:port</c>.</summary>
    Plain,

    /// <summary>The JSON of etcd's gRPC naming.</summary>
    GrpcNaming,

    /// <summary>Four keys.</summary>
    FourField,
}
