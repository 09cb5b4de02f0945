using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coordination.Demo.Cli;
using Coordination.Demo.Cron;
using Coordination.Embedded;

namespace Coordination.Demo.Etcd;

/// <summary>The command <c>etcd serve</c>: the embedded server as a program of its own, for development.</summary>
internal sealed class EtcdCommand
{
    private readonly Option<int> _port = CronOptions.Number("--port", 2379, 0, 65_535, "The port on 127.0.0.1; 0: the system chooses one.");
    private readonly Option<FileInfo> _data = File("--data", "Keeps the data in this file between runs: read at the start, written at the end.");
    private readonly Option<FileInfo> _certificate = File("--cert", "Serves TLS with this certificate (PEM). Needs --key.");
    private readonly Option<FileInfo> _key = File("--key", "The private key of the certificate (PEM).");
    private readonly Option<FileInfo> _clientAuthorities = File(
        "--trusted-ca", "Lets in only clients with a certificate issued by one of these authorities (PEM). Needs --cert.");

    private EtcdCommand()
    {
    }

    public static Command Create()
    {
        var command = new EtcdCommand();
        return new Command("etcd", "The embedded etcd, for development: etcd serve.") { command.Serve() };
    }

    private static Option<FileInfo> File(string name, string description) => new(name) { Description = description, HelpName = "file" };

    private Command Serve()
    {
        var serve = new Command(
            "serve",
            """
            Serves an etcd v3 on this machine until Ctrl-C. For development: in memory, one node, not for production.

            Examples:
              coordination etcd serve --port 2379
              coordination etcd serve --data dev.etcd
              coordination etcd serve --cert server.pem --key server.key --trusted-ca clients.pem
            """)
        {
            _port, _data, _certificate, _key, _clientAuthorities,
        };
        serve.Check(result =>
        {
            if (result.GetValue(_certificate) is null != result.GetValue(_key) is null)
            {
                result.AddError("--cert and --key belong together: give both or none.");
            }

            if (result.GetValue(_clientAuthorities) is not null && result.GetValue(_certificate) is null)
            {
                result.AddError("--trusted-ca needs --cert and --key: without TLS no client shows a certificate.");
            }
        });
        serve.SetAction(ServeAsync);
        return serve;
    }

    private async Task<int> ServeAsync(ParseResult result, CancellationToken stopping)
    {
        EmbeddedEtcdOptions options;
        try
        {
            options = OptionsOf(result);
        }
        catch (Exception error) when (error is IOException or CryptographicException or ArgumentException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"coordination: a certificate or key cannot be read: {error.Message}").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        try
        {
            await using var server = await EmbeddedEtcd.StartAsync(options, stopping).ConfigureAwait(false);
            Console.WriteLine($"An embedded etcd serves on {server.Endpoint.GetLeftPart(UriPartial.Authority)}.");
            Console.WriteLine($"It is for development: everything is in memory, on one node, and {Fate(options)}. Not for production.");
            Console.WriteLine("Ctrl-C ends it.");
            await UntilCancelledAsync(stopping).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (InvalidDataException error)
        {
            await Console.Error.WriteLineAsync($"coordination: {options.SnapshotFile} cannot be used: {error.Message}").ConfigureAwait(false);
            return ExitCode.Unavailable;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"coordination: the port {options.Port} cannot be served: {error.Message}").ConfigureAwait(false);
            return ExitCode.Unavailable;
        }
    }

    private static string Fate(EmbeddedEtcdOptions options) =>
        options.SnapshotFile is { } file ? $"written to {file} only when it ends in order" : "gone when it ends";

    private EmbeddedEtcdOptions OptionsOf(ParseResult result)
    {
        var options = new EmbeddedEtcdOptions { Port = result.GetRequiredValue(_port), SnapshotFile = result.GetValue(_data)?.FullName };
        if (result.GetValue(_certificate) is { } certificate)
        {
            // Through PKCS#12, because a key that is only in memory cannot serve TLS everywhere.
            using var read = X509Certificate2.CreateFromPemFile(certificate.FullName, result.GetValue(_key)!.FullName);
            options = options with { Certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null) };
        }

        if (result.GetValue(_clientAuthorities) is { } trusted)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(trusted.FullName);
            options = authorities.Count > 0
                ? options with { ClientAuthorities = authorities }
                : throw new CryptographicException($"{trusted.FullName} has no certificate.");
        }

        return options;
    }

    private static async Task UntilCancelledAsync(CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(ended.SetResult).ConfigureAwait(false);
        await ended.Task.ConfigureAwait(false);
    }
}
