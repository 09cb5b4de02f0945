using System.Diagnostics;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Security;

/// <summary>The tool with TLS, client certificates, users and passwords, on a real etcd.</summary>
public sealed class SecureToolTests(SecureEtcd etcd) : IClassFixture<SecureEtcd>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Put_get_and_watch_with_a_password_from_a_file_from_the_environment_and_on_the_command_line()
    {
        var fromFile = new Dictionary<string, string> { ["COORDINATION_ETCD_PASSWORD_FILE"] = etcd.Ours.Write("password", SecureEtcd.Password + "\n") };
        var fromEnvironment = new Dictionary<string, string> { ["ETCDCTL_PASSWORD"] = SecureEtcd.Password };
        using var watch = ToolRun.Start(etcd.Environment(), "", "watch", "/jobs/k", "--rev", "1");

        var put = await ToolRun.RunAsync(fromFile, "", ["kv", "put", "/jobs/k", "v", .. etcd.Options()]);
        var get = await ToolRun.RunAsync(fromEnvironment, "", ["kv", "get", "/jobs/k", .. etcd.Options()]);
        var same = await ToolRun.RunAsync([], "", ["kv", "get", "/jobs/k", .. etcd.Options("app:" + SecureEtcd.Password)]);
        await watch.PrintedAsync("PUT");
        await watch.InterruptAsync();
        var watched = await watch.EndAsync();

        Assert.Equal((0, "OK\n", ""), put);
        Assert.Equal((0, "/jobs/k\nv\n", ""), get);
        Assert.Equal(get, same);
        Assert.Equal((0, "PUT\n/jobs/k\nv\n"), (watched.ExitCode, watched.Output));
    }

    [Fact]
    public async Task A_password_is_asked_for_in_a_terminal()
    {
        await etcd.Root.PutAsync("/jobs/asked", "v");
        var command = string.Join(' ', ((string[])[DemoProcess.Tool, "kv", "get", "/jobs/asked", .. etcd.Options()]).Select(word => $"'{word}'"));
        using var terminal = Process.Start(new ProcessStartInfo("script", ["-qec", command, "/dev/null"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var asked = "";
        var next = new char[1];
        while (!asked.EndsWith("Password of app: ", StringComparison.Ordinal) && await terminal.StandardOutput.ReadAsync(next) > 0)
        {
            asked += next[0];
        }

        await terminal.StandardInput.WriteAsync(SecureEtcd.Password + "\r");
        await terminal.StandardInput.FlushAsync();
        var rest = await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();

        Assert.EndsWith("Password of app: ", asked, StringComparison.Ordinal);
        Assert.Contains("/jobs/asked\r\nv\r\n", rest, StringComparison.Ordinal);
        Assert.Equal(0, terminal.ExitCode);
    }

    [Fact]
    public async Task A_watch_needs_no_more_than_the_permission_to_read_and_writes_nothing()
    {
        var before = await etcd.Root.ListLeasesAsync();
        using var watch = ToolRun.Start(etcd.Environment("reader"), "", "watch", "--prefix", "/jobs/read/");
        await WatchedAsync("/jobs/read/k", watch);
        var leases = await etcd.Root.ListLeasesAsync();
        await watch.InterruptAsync();
        var (exitCode, _, errors) = await watch.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("permission", errors, StringComparison.Ordinal);
        Assert.Empty(leases.Except(before));
    }

    [Fact]
    public async Task With_exactly_the_permissions_of_the_page_locks_are_waited_for_in_line()
    {
        Assert.Contains("grant-permission app --prefix=true readwrite coordination/", await File.ReadAllTextAsync(Path.Combine(DocsPages.Folder, "running-etcd.md")), StringComparison.Ordinal);
        var waiters = KeyRange.Prefix("coordination/waiters/");
        using var first = Start("lock", "/jobs/a", "--", "sh", "-c", "echo first; read end");
        await first.PrintedAsync("first");
        using var second = Start("lock", "/jobs/a", "--", "sh", "-c", "echo second");

        using var limit = new CancellationTokenSource(Limit);
        while ((await etcd.Root.GetAsync(KeyRange.Prefix("coordination/waiters/%2Fjobs%2Fa/"), limit.Token)).Count == 0)
        {
            await Task.Yield();
        }

        first.WriteLine("");
        var (firstCode, _, firstErrors) = await first.EndAsync();
        var (secondCode, output, secondErrors) = await second.EndAsync();

        Assert.Equal((0, ""), (firstCode, firstErrors));
        Assert.Equal((0, "second\n", ""), (secondCode, output, secondErrors));
        Assert.Equal(0, (await etcd.Root.GetAsync(waiters)).Count);
        Assert.Null((await etcd.Root.GetAsync("/jobs/a")).First);
    }

    [Fact]
    public async Task With_the_same_permissions_those_who_wait_again_are_told_when_it_is_their_turn()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var inboxes = etcd.Root.Watch(new EtcdWatchSpec(KeyRange.Prefix("coordination/waiters/@"), new Revision(1)), signal =>
        {
            if (signal is EtcdWatchSignal.Changes)
            {
                told.TrySetResult();
            }
        });
        await using var one = CoordinationSystem.Start(new CoordinationOptions { Etcd = EtcdEnvironment.Read(new(), etcd.Environment().GetValueOrDefault) });
        await using var two = CoordinationSystem.Start(new CoordinationOptions { Etcd = EtcdEnvironment.Read(new(), etcd.Environment().GetValueOrDefault) });

        // However long one of them takes to start: only who waits is told.
        var turns = Task.WhenAll(TakeTurnsAsync(one, told.Task), TakeTurnsAsync(two, told.Task));

        await told.Task.WaitAsync(Limit);
        await turns;
    }

    [Fact]
    public async Task An_election_needs_no_more_than_that_either()
    {
        using var tool = Start("elect", "/jobs/leader", "me", "--", "sh", "-c", "echo leads");

        var (exitCode, output, _) = await tool.EndAsync();

        Assert.Equal((0, "leads\n"), (exitCode, output));
        Assert.Equal(0, (await etcd.Root.GetAsync(KeyRange.Prefix("/jobs/leader"))).Count);
    }

    [Theory]
    [InlineData("kv", "put", "/other/k", "v")]
    [InlineData("kv", "get", "/other/k")]
    [InlineData("watch", "/other/k")]
    [InlineData("lock", "/other/k", "--try", "--", "true")]
    public async Task A_missing_permission_is_named(params string[] arguments) =>
        await FailsAsync(etcd.Environment(), "permission denied", arguments);

    [Fact]
    public async Task A_wrong_password_is_named_and_not_shown() =>
        await FailsAsync(etcd.Environment(), "The login of 'app' failed: ", "kv", "get", "/jobs/k", "--password", "wrong-s3cret");

    [Fact]
    public async Task A_missing_password_is_asked_of_nobody_who_cannot_answer()
    {
        var (exitCode, _, errors) = await ToolRun.RunAsync([], "", ["kv", "get", "/jobs/k", .. etcd.Options()]);

        Assert.Equal(2, exitCode);
        Assert.Contains("the password of 'app' is missing", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_authority_is_named() =>
        await FailsAsync(etcd.Environment(), "which is no authority that is trusted here", "kv", "get", "/jobs/k", "--cacert", etcd.Others.AuthorityFile);

    [Fact]
    public async Task Without_an_authority_that_of_the_system_counts() =>
        await FailsAsync(With(etcd.Environment(), "ETCDCTL_CACERT", ""), "which is no authority that is trusted here", "kv", "get", "/jobs/k");

    [Fact]
    public async Task A_missing_client_certificate_is_named() =>
        await FailsAsync(With(With(etcd.Environment(), "ETCDCTL_CERT", ""), "ETCDCTL_KEY", ""), "the server wants a client certificate, and none is set", "kv", "get", "/jobs/k");

    [Fact]
    public async Task A_client_certificate_of_another_authority_is_named()
    {
        var (certificate, key) = etcd.Others.Client("stranger");

        await FailsAsync(etcd.Environment(), "the server refuses the client certificate", "kv", "get", "/jobs/k", "--cert", certificate, "--key", key);
    }

    [Fact]
    public async Task Plaintext_to_a_server_with_tls_is_named() =>
        await FailsAsync(etcd.Environment(), "Write the endpoint as https://", "kv", "get", "/jobs/k", "--etcd", $"http://{etcd.Endpoint.Authority}");

    private static async Task TakeTurnsAsync(CoordinationSystem system, Task end)
    {
        while (!end.IsCompleted)
        {
            await using var handle = await system.Lock("/jobs/b").AcquireAsync(Limit);
        }
    }

    private static Dictionary<string, string> With(Dictionary<string, string> environment, string name, string value) => new(environment) { [name] = value };

    private static async Task FailsAsync(Dictionary<string, string> environment, string message, params string[] arguments)
    {
        var (exitCode, output, errors) = await ToolRun.RunAsync(environment, "", arguments);

        Assert.Equal((3, ""), (exitCode, output));
        Assert.Contains(message, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
    }

    private DemoProcess Start(params string[] arguments) => new(etcd.Environment(), arguments);

    private async Task WatchedAsync(string key, ToolRun watch)
    {
        // A watch without a revision begins when it begins: put until one is told.
        var printed = watch.PrintedAsync("PUT");
        while (!printed.IsCompleted)
        {
            await etcd.Root.PutAsync(key, "v");
        }

        await printed;
    }
}
