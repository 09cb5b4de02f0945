using System.Security.Cryptography;

namespace Coordination.Embedded.Auth;

/// <summary>
/// A salted hash of a password. Far fewer rounds than a real etcd spends, because it is computed where all requests wait: this is no server for
/// production.
/// </summary>
internal sealed record PasswordHash(byte[] Salt, byte[] Hash)
{
    private const int Rounds = 1000;
    private const int Length = 32;

    public static PasswordHash Of(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        return new(salt, Compute(password, salt));
    }

    public bool Matches(string password) => CryptographicOperations.FixedTimeEquals(Hash, Compute(password, Salt));

    /// <summary>Says nothing about the password.</summary>
    public override string ToString() => "(a password)";

    private static byte[] Compute(string password, byte[] salt) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, Rounds, HashAlgorithmName.SHA256, Length);
}
