using Akka.Configuration;
using Coordination.Etcd;
using Coordination.Hosting;

namespace Coordination.Tests.Hosting;

public sealed class HoconOptionsTests
{
    private static readonly string Reference = Path.Combine(AppContext.BaseDirectory, "hocon", "coordination.conf");

    [Fact]
    public void The_reference_configuration_says_the_defaults()
    {
        var read = HoconOptions.Load(Reference);
        var defaults = new CoordinationOptions();

        Assert.Equal(defaults.Etcd.Endpoints.ToArray(), read.Etcd.Endpoints.ToArray());
        Assert.Equal(defaults with { Etcd = defaults.Etcd with { Endpoints = read.Etcd.Endpoints } }, read);
        Assert.Empty(read.Validate());
    }

    [Fact]
    public void The_reference_configuration_names_every_setting_there_is()
    {
        var text = File.ReadAllText(Reference);

        // The error about an unknown setting lists those that are known: each of them must be explained in the file.
        foreach (var block in (string[])["", "session.", "etcd.", "etcd.tls.", "etcd.credentials.", "locks.", "elections.", "services.", "watches."])
        {
            var error = Assert.Throws<ArgumentException>(() => HoconOptions.Read(ConfigurationFactory.ParseString($"coordination.{block}no-such-setting = 1")));
            var known = error.Message[(error.Message.IndexOf("known there: ", StringComparison.Ordinal) + 13)..error.Message.IndexOf(')', StringComparison.Ordinal)];
            Assert.All(known.Split(", "), name => Assert.Matches($@"(?m)^\s*{name}\s*[={{]", text));
        }
    }

    [Fact]
    public void What_is_given_replaces_the_default_and_nothing_else()
    {
        var read = HoconOptions.Read(ConfigurationFactory.ParseString("""
            coordination {
              owner = "me"
              session { ttl = 30s, clock-rate-bound = 0.02 }
              etcd { endpoints = ["http://a:1", "https://b:2"], request-timeout = 250ms, max-receive-message-size = 8MiB }
              locks.max-waiters = 7
            }
            """));

        Assert.Equal("me", read.Owner);
        Assert.Equal(TimeSpan.FromSeconds(30), read.SessionTtl);
        Assert.Equal(0.02, read.ClockRateBound);
        Assert.Equal([new Uri("http://a:1"), new Uri("https://b:2")], read.Etcd.Endpoints.ToArray());
        Assert.Equal(TimeSpan.FromMilliseconds(250), read.Etcd.RequestTimeout);
        Assert.Equal(8 * 1024 * 1024, read.Etcd.MaxReceiveMessageSize);
        Assert.Equal(7, read.Locks.MaxWaiters);
        Assert.Equal(new EtcdClientOptions().ConnectTimeout, read.Etcd.ConnectTimeout);
    }

    [Fact]
    public void A_misspelled_setting_is_an_error_that_names_it_and_those_that_exist()
    {
        var error = Assert.Throws<ArgumentException>(() => HoconOptions.Read(ConfigurationFactory.ParseString("coordination.session.tll = 5s")));

        Assert.Contains("coordination.session.tll (known there: ttl, clock-rate-bound, renewal-proof)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_the_block_is_an_error_that_says_what_it_has_instead()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "cordination { session.ttl = 15s }");

        var error = Assert.Throws<ArgumentException>(() => HoconOptions.Load(path));
        File.Delete(path);

        Assert.Contains("no block 'coordination'; it has: cordination", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("coordination {\n  session { ttl = }\n}", "line 2: a value is missing")]
    [InlineData("coordination {\n  owner = ,\n}", "line 2: a value is missing")]
    [InlineData("coordination {\n  owner =", "line 2: a value is missing")]
    [InlineData("coordination {\n  session { ttl = 5s\n}\n", "line 1: '{' is not closed")]
    [InlineData("coordination {\n  session { ttl = 5s } } }\n", "line 2: '}' closes nothing")]
    [InlineData("coordination {\n etcd.endpoints = [\"http://a:1\"\n}\n", "line 3: '}' is here, but '[' of line 2 is open")]
    [InlineData("coordination {\n\n  owner = \"me\n}\n", "line 3: '\"' is not closed")]
    [InlineData("coordination {\n  owner = \"\"\"me\n}\n", "line 2: \"\"\" is not closed")]
    [InlineData("coordination {\n  owner = ${?NAME\n", "line 2: '${' is not closed")]
    [InlineData("coordination {\n  owner = ${nowhere.to.be.found}\n}", "nowhere.to.be.found")]
    [InlineData("coordination {\n etcd.endpoints = [http://10.0.0.1:2379]\n}", "line 2: ':' in a list; a text that has it is written in quotes")]
    [InlineData("coordination {\n etcd.endpoints = [${?NAME}, $x]\n}", "line 2: '$' in a list")]
    [InlineData("coordination {\n include \"other.conf\"\n}", "'include \"other.conf\"': other files are not included")]
    [InlineData("coordination {\n  etcd = 5\n}", "coordination.etcd is no block of settings")]
    [InlineData("coordination {\n  owner { a = 1 }\n}", "coordination.owner is a block of settings")]
    [InlineData("coordination {\n  owner\n}", "coordination.owner is without a value")]
    [InlineData("coordination = on", "coordination is no block of settings")]
    public void A_syntax_error_names_the_file_and_the_place(string text, string problem)
    {
        var error = Assert.Throws<ArgumentException>(() => Load(text));

        Assert.Contains(".conf' cannot be used: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_looks_like_syntax_in_texts_and_comments_is_none()
    {
        var read = Load("""
            coordination {
              # [ { " = }
              owner = "a } \" ] b" // }
              name = "n" # the name
            }
            """);

        Assert.Equal(("a } \" ] b", "n"), (read.Owner, read.Name));
    }

    [Fact]
    public void A_setting_can_come_from_the_environment_and_keeps_its_default_where_that_has_nothing()
    {
        Environment.SetEnvironmentVariable("HOCON_TEST_OWNER", "a \"b\" \\ c");

        var read = Load("coordination {\n owner = ${?HOCON_TEST_OWNER}\n name = ${?HOCON_TEST_NOTHING}\n session.ttl = 7s\n}");

        Assert.Equal(("a \"b\" \\ c", new CoordinationOptions().Name, TimeSpan.FromSeconds(7)), (read.Owner, read.Name, read.SessionTtl));
    }

    private static CoordinationOptions Load(string text)
    {
        var path = Path.ChangeExtension(Path.GetTempFileName(), ".conf");
        File.WriteAllText(path, text);
        try
        {
            return HoconOptions.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
