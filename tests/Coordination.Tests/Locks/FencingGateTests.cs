namespace Coordination.Tests.Locks;

public sealed class FencingGateTests
{
    private readonly FencingGate _gate = new();

    [Fact]
    public void A_token_smaller_than_one_that_passed_is_refused_with_the_larger_one()
    {
        Assert.Equal(new FencingResult(true, 5), _gate.Pass("/job", 5));
        Assert.Equal(new FencingResult(true, 5), _gate.Pass("/job", 5));
        Assert.Equal(new FencingResult(true, 9), _gate.Pass("/job", 9));
        Assert.Equal(new FencingResult(false, 9), _gate.Pass("/job", 8));
        Assert.Equal(new FencingResult(true, 1), _gate.Pass("/another", 1));
    }

    [Fact]
    public void Readers_pass_in_any_order_until_a_later_writer_has_passed()
    {
        Assert.True(_gate.Pass("/data", token: 11, floor: 0).Accepted);
        Assert.True(_gate.Pass("/data", token: 10, floor: 0).Accepted);
        Assert.True(_gate.Pass("/data", token: 12, floor: 12).Accepted);
        Assert.Equal(new FencingResult(false, 12), _gate.Pass("/data", token: 11, floor: 0));
        Assert.Equal(new FencingResult(true, 12), _gate.Pass("/data", token: 13, floor: 0));
        Assert.Equal(new FencingResult(false, 12), _gate.Pass("/data", token: 11, floor: 0));
    }

    [Fact]
    public void Holders_of_permits_pass_together_and_shut_out_what_is_older_than_the_oldest_of_them()
    {
        Assert.True(_gate.Pass("/pool", token: 6, floor: 5).Accepted);
        Assert.True(_gate.Pass("/pool", token: 5, floor: 5).Accepted);
        Assert.True(_gate.Pass("/pool", token: 7, floor: 6).Accepted);
        Assert.False(_gate.Pass("/pool", token: 5, floor: 5).Accepted);
        Assert.True(_gate.Pass("/pool", token: 6, floor: 5).Accepted);
    }

    [Fact]
    public void What_was_exported_before_a_restart_is_not_forgotten_after_it()
    {
        _gate.Pass("/job", 9);
        _gate.Pass("/other", 3);
        var restarted = new FencingGate();
        restarted.Pass("/job", 4);
        restarted.Pass("/other", 8);

        restarted.Import(_gate.Export());

        Assert.Equal(new FencingResult(false, 9), restarted.Pass("/job", 8));
        Assert.Equal(new FencingResult(false, 8), restarted.Pass("/other", 7));
    }

    [Fact]
    public async Task With_many_at_once_what_passed_is_never_undone()
    {
        var keys = Enumerable.Range(0, 4).Select(n => $"/job{n}").ToArray();
        using var start = new ManualResetEventSlim();
        var threads = Enumerable.Range(0, 8).Select(n => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(n);
                var floors = new long[keys.Length];
                start.Wait();
                for (var i = 0; i < 20_000; i++)
                {
                    var key = random.Next(keys.Length);
                    var token = 1 + random.NextInt64(i + 1);
                    var result = _gate.Pass(keys[key], token);

                    // What one thread has seen as the largest holds for it from then on.
                    Assert.Equal(result.Seen == token && token >= floors[key], result.Accepted);
                    Assert.True(result.Seen >= floors[key] && result.Seen >= token);
                    floors[key] = result.Seen;
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        start.Set();
        await Task.WhenAll(threads);
    }

    [Fact]
    public async Task It_remembers_no_more_keys_than_its_limit_and_says_so_also_when_many_come_at_once()
    {
        var gate = new FencingGate(maxKeys: 100);
        var refused = 0;
        await Parallel.ForAsync(0, 1_000, (n, _) =>
        {
            try
            {
                gate.Pass($"/job{n % 200}", 1);
            }
            catch (CoordinationException error) when (error.Kind == CoordinationErrorKind.LimitReached)
            {
                Interlocked.Increment(ref refused);
            }

            return ValueTask.CompletedTask;
        });

        Assert.Equal((100, 500), (gate.Export().Count, refused));
        gate.Forget(gate.Export().Keys.First());
        Assert.True(gate.Pass("/one-more", 1).Accepted);
    }

    [Fact]
    public void Bad_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _gate.Pass("", 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => _gate.Pass("/job", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _gate.Pass("/job", 5, 6));
        Assert.Throws<ArgumentOutOfRangeException>(() => _gate.Pass("/job", 5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FencingGate(0));
    }
}
