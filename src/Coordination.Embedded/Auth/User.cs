namespace Coordination.Embedded.Auth;

/// <summary>A user and the roles granted to it, in order.</summary>
/// <param name="Name">The name.</param>
/// <param name="Password">What the password is checked against; null for a user that cannot log in with one.</param>
/// <param name="Roles">The names of the roles. One that was never added gives nothing (but for <c>root</c>, which gives everything).</param>
internal sealed record User(string Name, PasswordHash? Password, IReadOnlyList<string> Roles)
{
    public bool IsRoot => Roles.Contains(AuthStore.Root);

    public User With(string role) => this with { Roles = [.. Roles.Append(role).Order(StringComparer.Ordinal)] };

    public User Without(string role) => this with { Roles = [.. Roles.Where(granted => granted != role)] };
}
