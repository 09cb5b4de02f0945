using Coordination.Demo.Kv.Txn;
using Coordination.Etcd;

namespace Coordination.Demo.Tests.Recipes;

/// <summary>The table of programs in docs/etcd-recipes.md, each row run as it stands there.</summary>
public sealed class ProgramTests : IAsyncLifetime
{
    private RealEtcd _etcd = null!;
    private EtcdClient _client = null!;

    private Dictionary<string, string> Variables => new() { ["COORDINATION_ETCD_ENDPOINTS"] = _etcd.Endpoint.GetLeftPart(UriPartial.Authority) };

    public async Task InitializeAsync()
    {
        _etcd = await RealEtcd.StartAsync();
        _client = _etcd.CreateClient();
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _etcd.DisposeAsync();
    }

    public static TheoryData<string, string> Registrations() => Rows("register");

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task What_is_registered_has_the_keys_that_the_row_shows_and_is_found(string what, string command)
    {
        using var registered = new DemoProcess(Variables, Words(command));
        await registered.PrintedAsync("Ctrl-C ends it");

        foreach (var key in Recipe.Commands(what))
        {
            Assert.NotEqual(0, (await _client.GetAsync(KeyRange.Prefix(key))).Count);
        }

        var words = Words(command);
        var layout = words.SkipWhile(word => word != "--layout").ToArray();
        using var found = new DemoProcess(Variables, ["discover", words[1], "--once", .. layout]);
        var (exitCode, output, errors) = await found.EndAsync();
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains(words[2], output, StringComparison.Ordinal);

        registered.Interrupt();
        Assert.Equal(0, (await registered.EndAsync()).ExitCode);
        Assert.Equal(0, (await _client.GetAsync(new EtcdOp.Get(KeyRange.From("!")) { CountOnly = true })).Count);
    }

    [Fact]
    public async Task The_key_that_a_row_of_discover_is_about_is_found_by_it()
    {
        var command = Assert.Single(Rows("discover").Select(row => (string)row[1]));
        await _client.PutAsync("/web/node1", "localhost:8000");

        using var found = new DemoProcess(Variables, [.. Words(command), "--once"]);
        var (exitCode, output, errors) = await found.EndAsync();

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("node1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_row_of_the_lock_runs_the_job_once_at_a_time_and_leaves_nothing()
    {
        var command = Assert.Single(Rows("lock").Select(row => (string)row[1]));
        var folder = Directory.CreateTempSubdirectory("coordination-row-");
        var job = Path.Combine(folder.FullName, "job.sh");
        await File.WriteAllTextAsync(job, "#!/bin/sh\necho $COORDINATION_KEY\ncat go\n");
        await Shell.RunAsync(_etcd.Endpoint, $"chmod +x '{job}' && mkfifo '{folder.FullName}/go'");
        using var first = Shell.Start(_etcd.Endpoint, $"cd '{folder.FullName}' && {command}");
        await _client.UntilAsync("/cron/lock/job9", held => held is not null);

        var second = await Shell.RunAsync(_etcd.Endpoint, $"cd '{folder.FullName}' && {command}");
        await Shell.RunAsync(_etcd.Endpoint, $"echo done >'{folder.FullName}/go'");
        var (exitCode, output, _) = await first.EndAsync();

        Assert.Equal((5, ""), (second.ExitCode, second.Output));
        Assert.Equal((0, "/cron/lock/job9\ndone\n"), (exitCode, output));
        Assert.Equal(0, (await _client.GetAsync(KeyRange.All)).Count);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_server_and_its_client_find_each_other()
    {
        var commands = Rows("greeter").Select(row => (string)row[1]).ToList();
        using var server = new DemoProcess(Variables, Words(commands[0]));
        await server.PrintedAsync("serving");
        using var client = new DemoProcess(Variables, Words(commands[1]));

        await client.PrintedAsync("127.0.0.1:3000");
        client.Interrupt();
        server.Interrupt();

        Assert.Equal(0, (await client.EndAsync()).ExitCode);
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
    }

    [Fact]
    public void No_row_is_of_a_kind_that_is_not_run_here()
    {
        var kinds = RecipePage.Programs.Select(command => Words(command)[0]).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(["discover", "greeter", "lock", "register"], kinds);
    }

    /// <summary>The table at the top of docs/command-line.md: the commands of each row, with the options that the row names.</summary>
    public static TheoryData<string, string> ListedCommands()
    {
        var rows = new TheoryData<string, string>();
        foreach (var cells in File.ReadLines(Path.Combine(DocsPages.Folder, "command-line.md")).SkipWhile(line => line != "| command | does |").Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Split(" | ")))
        {
            var commands = Recipe.Commands(cells[0]).Select(command => string.Join(' ', command.Split(' ').TakeWhile(word => char.IsLetter(word[0])))).ToList();
            var group = commands is [var one, ..] && one.Contains(' ', StringComparison.Ordinal) ? one.Split(' ')[0] + " " : "";
            var options = Recipe.Commands(cells[1]).Where(word => word.StartsWith('-') && !word.StartsWith("-- ", StringComparison.Ordinal));
            foreach (var command in commands)
            {
                rows.Add(command.StartsWith(group, StringComparison.Ordinal) ? command : group + command, string.Join(' ', options));
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(ListedCommands))]
    public async Task Each_command_that_the_page_lists_is_there_and_has_the_options_that_the_page_names(string command, string options)
    {
        var (exitCode, output, errors) = await ToolRun.RunAsync(_etcd.Endpoint, [.. command.Split(' '), "--help"]);

        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains(command.StartsWith("completion", StringComparison.Ordinal) ? "completion" : command, output, StringComparison.Ordinal);
        Assert.All(options.Split(' ', StringSplitOptions.RemoveEmptyEntries), option => Assert.Contains(option, output, StringComparison.Ordinal));
    }

    private static TheoryData<string, string> Rows(string kind)
    {
        var rows = new TheoryData<string, string>();
        foreach (var (what, command) in RecipePage.ProgramRows.Where(row => Words(row.Command)[0] == kind))
        {
            rows.Add(what, command);
        }

        return rows;
    }

    private static string[] Words(string command) => TxnWords.Split(command)[1..];
}
