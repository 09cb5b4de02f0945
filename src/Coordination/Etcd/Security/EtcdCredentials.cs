using System.Text;

namespace Coordination.Etcd;

/// <summary>
/// The user and password to log in with, where etcd's authentication is on. The client logs in when it must, and again when its token has expired. It never shows the
/// password: not in logs, errors or <see cref="ToString"/>.
/// </summary>
/// <param name="User">The name of the user; not empty.</param>
public sealed record EtcdCredentials(string User)
{
    /// <summary>The longest password file that is read, in bytes.</summary>
    public const int LongestPasswordFile = 4096;

    /// <summary>The password. Either this or <see cref="PasswordFile"/> is needed.</summary>
    public string? Password { get; set; }

    /// <summary>A file whose first line is the password. It is read at each login, so the password can be changed in place.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// Sends the password over <c>http</c> to endpoints that are not on this machine, where others can read it. Default false: such endpoints are refused.
    /// </summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>
    /// How long a refused login is also the answer to other requests that need one, so that a wrong password does not keep etcd busy (each check costs
    /// it some 100 ms). Default 1 s; 100 ms to 1 min.
    /// </summary>
    public TimeSpan LoginPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The password as it is now.</summary>
    /// <exception cref="EtcdException">The file cannot be read, is empty or too long; the message names it.</exception>
    internal string ReadPassword()
    {
        if (PasswordFile is null)
        {
            return Password ?? "";
        }

        try
        {
            using var file = File.OpenRead(PasswordFile);
            if (file.Length > LongestPasswordFile)
            {
                throw Unreadable($"it has {file.Length} bytes; allowed are {LongestPasswordFile}");
            }

            using var reader = new StreamReader(file);
            return reader.ReadLine() is { Length: > 0 } password ? password : throw Unreadable("its first line is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(error.Message);
        }
    }

    internal void Validate(OptionProblems problems, IEnumerable<Uri> endpoints)
    {
        if (User.Length == 0)
        {
            problems.Add("Credentials.User", User, "a name of at least one character is required");
        }

        if (Password is null == PasswordFile is null)
        {
            problems.Add("Credentials.PasswordFile", PasswordFile, "exactly one of Credentials.Password and Credentials.PasswordFile is required");
        }

        if (PasswordFile is not null && !File.Exists(PasswordFile))
        {
            problems.Add("Credentials.PasswordFile", PasswordFile, "there is no such file");
        }

        if (!AllowPlaintext && endpoints.FirstOrDefault(endpoint => endpoint is { IsAbsoluteUri: true, IsLoopback: false } && endpoint.Scheme == Uri.UriSchemeHttp) is { } plain)
        {
            problems.Add("Endpoints", EndpointText.WithoutUser(plain.ToString()), "the password would travel in plaintext: use https, or set Credentials.AllowPlaintext");
        }

        problems.Check("Credentials.LoginPause", LoginPause, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));
    }

    // Shown by ToString, also of the options around it.
    private bool PrintMembers(StringBuilder text)
    {
        text.Append("User = ").Append(User).Append(", Password = ").Append(PasswordFile is null ? "…" : $"(file {PasswordFile})");
        return true;
    }

    private EtcdException Unreadable(string why) =>
        new(CoordinationErrorKind.Unauthenticated, WriteOutcome.NotApplied, $"The password of user '{User}' cannot be read from '{PasswordFile}': {why}");
}
