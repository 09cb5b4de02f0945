using Authpb;
using Coordination.Embedded.Store;
using Google.Protobuf;

namespace Coordination.Embedded.Auth;

/// <summary>
/// Users, roles and what they are granted. What etcd refuses throws with its code and message and changes nothing. Who may ask for what is not its
/// business (see <see cref="AccessControl"/>). Not thread-safe.
/// </summary>
internal sealed class AuthStore(TokenTable tokens)
{
    /// <summary>The user without whom there is no authentication, and the role that may do everything.</summary>
    public const string Root = "root";

    private readonly SortedDictionary<string, User> _users = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IReadOnlyList<Permission>> _roles = new(StringComparer.Ordinal);

    public bool IsEnabled { get; private set; }

    /// <summary>Goes up with every change.</summary>
    public ulong Revision { get; private set; } = 1;

    public IReadOnlyDictionary<string, User> Users => _users;

    /// <summary>The roles and their permissions, in the order of the keys.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Permission>> Roles => _roles;

    public TokenTable Tokens { get; } = tokens;

    public void Enable()
    {
        if (!IsEnabled)
        {
            IsEnabled = (_users.GetValueOrDefault(Root) ?? throw AuthErrors.RootUserMissing).IsRoot ? true : throw AuthErrors.RootRoleMissing;
        }
    }

    public void Disable()
    {
        if (IsEnabled)
        {
            IsEnabled = false;
            Revision++;
            Tokens.ForgetAll();
        }
    }

    /// <summary>Checks the password of a user.</summary>
    /// <returns>A token for the user; <paramref name="number"/> is its last part.</returns>
    public string Authenticate(string name, string password, ulong number)
    {
        if (!IsEnabled)
        {
            throw AuthErrors.NotEnabled;
        }

        var user = _users.GetValueOrDefault(name) ?? throw AuthErrors.WrongPassword;
        if (!(user.Password ?? throw AuthErrors.NoPasswordUser).Matches(password))
        {
            throw AuthErrors.WrongPassword;
        }

        return Tokens.Assign(name, number);
    }

    public void AddUser(string name, string? password)
    {
        if (name.Length == 0)
        {
            throw AuthErrors.UserNameEmpty;
        }

        if (!_users.TryAdd(name, new User(name, password is null ? null : PasswordHash.Of(password), [])))
        {
            throw AuthErrors.UserExists;
        }

        Revision++;
    }

    public void DeleteUser(string name)
    {
        ProtectRoot(name);
        if (!_users.Remove(name))
        {
            throw AuthErrors.UserNotFound;
        }

        Revision++;
        Tokens.Forget(name);
    }

    public void ChangePassword(string name, string password)
    {
        var user = User(name);
        Save(user.Password is null ? user : user with { Password = PasswordHash.Of(password) });
        Tokens.Forget(name);
    }

    public void GrantRole(string name, string role)
    {
        var user = User(name);
        if (role != Root)
        {
            Role(role);
        }

        if (!user.Roles.Contains(role))
        {
            Save(user.With(role));
        }
    }

    public void RevokeRole(string name, string role)
    {
        if (role == Root)
        {
            ProtectRoot(name);
        }

        var user = User(name);
        Save(user.Roles.Contains(role) ? user.Without(role) : throw AuthErrors.RoleNotGranted);
    }

    public void AddRole(string name)
    {
        if (name.Length == 0)
        {
            throw AuthErrors.RoleNameEmpty;
        }

        if (!_roles.TryAdd(name, []))
        {
            throw AuthErrors.RoleExists;
        }

        Revision++;
    }

    public void DeleteRole(string name)
    {
        ProtectRoot(name);
        if (!_roles.Remove(name))
        {
            throw AuthErrors.RoleNotFound;
        }

        foreach (var user in _users.Values.ToList())
        {
            _users[user.Name] = user.Without(name);
        }

        Revision++;
    }

    public void Grant(string role, Permission? permission)
    {
        if (permission is null)
        {
            throw AuthErrors.PermissionNotGiven;
        }

        if (!Grants.IsValid(permission.Key, permission.RangeEnd))
        {
            throw AuthErrors.InvalidManagement;
        }

        Save(role, [.. Role(role).Where(granted => !IsOn(granted, permission.Key, permission.RangeEnd)).Append(permission)]);
    }

    public void Revoke(string role, ByteString key, ByteString rangeEnd)
    {
        var permissions = Role(role);
        var left = permissions.Where(granted => !IsOn(granted, key, rangeEnd)).ToList();
        Save(role, left.Count < permissions.Count ? left : throw AuthErrors.PermissionNotGranted);
    }

    public User User(string name) => _users.GetValueOrDefault(name) ?? throw AuthErrors.UserNotFound;

    public IReadOnlyList<Permission> Role(string name) => _roles.GetValueOrDefault(name) ?? throw AuthErrors.RoleNotFound;

    /// <summary>What all roles of a user permit.</summary>
    public IEnumerable<Permission> PermissionsOf(User user) => user.Roles.SelectMany(role => _roles.GetValueOrDefault(role) ?? []);

    /// <summary>Fills an empty store with what another one had.</summary>
    public void Load(bool isEnabled, ulong revision, IEnumerable<User> users, IEnumerable<KeyValuePair<string, IReadOnlyList<Permission>>> roles)
    {
        (IsEnabled, Revision) = (isEnabled, revision);
        foreach (var user in users)
        {
            _users.Add(user.Name, user);
        }

        foreach (var (name, permissions) in roles)
        {
            _roles.Add(name, permissions);
        }
    }

    private static bool IsOn(Permission permission, ByteString key, ByteString rangeEnd) =>
        permission.Key.Equals(key) && permission.RangeEnd.Equals(rangeEnd);

    private void ProtectRoot(string name)
    {
        if (IsEnabled && name == Root)
        {
            throw AuthErrors.InvalidManagement;
        }
    }

    private void Save(User user)
    {
        _users[user.Name] = user;
        Revision++;
    }

    private void Save(string role, IEnumerable<Permission> permissions)
    {
        _roles[role] = [.. permissions.OrderBy(static permission => permission.Key, Comparer<ByteString>.Create(KeyRange.Compare))];
        Revision++;
    }
}
