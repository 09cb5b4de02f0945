using Authpb;
using Coordination.Embedded.Auth;
using Google.Protobuf;
using User = Coordination.Embedded.Auth.User;

namespace Coordination.Embedded.Snapshots;

/// <summary>The part of a snapshot with the users and roles. Of passwords it has the hashes.</summary>
internal static class AuthSnapshot
{
    public static void Write(BinaryWriter writer, AuthStore auth)
    {
        writer.Write(auth.IsEnabled);
        writer.Write(auth.Revision);
        writer.Write(auth.Users.Count);
        foreach (var user in auth.Users.Values)
        {
            writer.Write(user.Name);
            Write(writer, user.Password?.Salt ?? []);
            Write(writer, user.Password?.Hash ?? []);
            writer.Write(user.Roles.Count);
            foreach (var role in user.Roles)
            {
                writer.Write(role);
            }
        }

        writer.Write(auth.Roles.Count);
        foreach (var (name, permissions) in auth.Roles)
        {
            writer.Write(name);
            writer.Write(permissions.Count);
            foreach (var permission in permissions)
            {
                Write(writer, permission.ToByteArray());
            }
        }
    }

    public static void Read(BinaryReader reader, AuthStore auth)
    {
        var (isEnabled, revision) = (reader.ReadBoolean(), reader.ReadUInt64());
        var users = Many(reader, ReadUser);
        var roles = Many(reader, static from => KeyValuePair.Create<string, IReadOnlyList<Permission>>(
            from.ReadString(), Many(from, static inner => Permission.Parser.ParseFrom(ReadBytes(inner)))));
        auth.Load(isEnabled, revision, users, roles);
    }

    private static User ReadUser(BinaryReader reader)
    {
        var (name, salt, hash) = (reader.ReadString(), ReadBytes(reader), ReadBytes(reader));
        return new User(name, hash.Length == 0 ? null : new PasswordHash(salt, hash), Many(reader, static from => from.ReadString()));
    }

    private static List<T> Many<T>(BinaryReader reader, Func<BinaryReader, T> read)
    {
        var all = new List<T>();
        for (var count = reader.ReadInt32(); count > 0; count--)
        {
            all.Add(read(reader));
        }

        return all;
    }

    private static void Write(BinaryWriter writer, byte[] bytes)
    {
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    private static byte[] ReadBytes(BinaryReader reader) => reader.ReadBytes(reader.ReadInt32());
}
