using System.Text;
using Coordination.Etcd;

namespace Coordination.Demo.Cli;

/// <summary>Where a command reads and writes: the process's standard streams, or memory in a test. Keys and values pass as the bytes they are. Thread-safe for whole lines.</summary>
internal sealed class Terminal(Stream input, Stream output, TextWriter error) : IDisposable
{
    private readonly BufferedStream _output = new(output, 64 * 1024);
    private readonly Lock _lock = new();
    private TextReader? _reader;

    /// <summary>The standard streams of this process.</summary>
    public static Terminal OfProcess() => new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error)
    {
        ShowsTables = !Console.IsOutputRedirected,
        CanAsk = !Console.IsInputRedirected && !Console.IsErrorRedirected,
        WatchOutput = OutputWatch.Start,
    };

    /// <summary>Whether a person looks at the output, so that a table is better than lines.</summary>
    public bool ShowsTables { get; init; }

    /// <summary>Whether somebody can be asked for a password.</summary>
    public bool CanAsk { get; init; }

    /// <summary>From now on looks whether anybody reads the output: the token is cancelled when nobody does any more.</summary>
    public Func<CancellationToken> WatchOutput { get; init; } = static () => CancellationToken.None;

    /// <summary>The environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>What is piped in, as bytes.</summary>
    public Stream Input { get; } = input;

    /// <summary>What is piped or typed in, as lines. What is no UTF-8 is an error (<see cref="DecoderFallbackException"/>), and no other text.</summary>
    public TextReader Lines => _reader ??= new StreamReader(Input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    /// <summary>What the tool says about itself: errors, notes. Never results.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>A line of the result. It may stay in a buffer until <see cref="Flush"/>.</summary>
    public void WriteLine(string line = "") => WriteLine(Bytes.FromText(line));

    /// <summary>A line of the result, as it is.</summary>
    public void WriteLine(Bytes line)
    {
        lock (_lock)
        {
            _output.Write(line.Span);
            _output.WriteByte((byte)'\n');
        }
    }

    /// <summary>A part of the result, as it is.</summary>
    public void Write(Bytes part)
    {
        lock (_lock)
        {
            _output.Write(part.Span);
        }
    }

    /// <summary>What was written is seen.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            _output.Flush();
        }
    }

    /// <summary>A note, an error: one line on the standard error.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            _output.Flush();
            Error.WriteLine($"coordination: {text}");
            Error.Flush();
        }
    }

    /// <summary>Asks for a password, which is not shown; null: nobody can be asked.</summary>
    public string? AskSecret(string question)
    {
        if (!CanAsk)
        {
            return null;
        }

        Error.Write(question);
        var secret = new StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                secret.Append(key.KeyChar);
            }
            else if (secret.Length > 0)
            {
                secret.Length--;
            }
        }

        Error.WriteLine();
        return secret.ToString();
    }

    public void Dispose() => _output.Dispose();
}
