using Authpb;
using Coordination.Embedded.Leases;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Lease = Coordination.Embedded.Leases.Lease;

namespace Coordination.Embedded.Auth;

/// <summary>
/// Who asks, and whether they may. While authentication is off, everybody may do everything. The rules are those of etcd 3.5.30. Refusals are thrown.
/// </summary>
internal sealed class AccessControl(AuthStore auth)
{
    /// <summary>Whose token came with a request; null for nobody's.</summary>
    public string? Identify(string? token) =>
        !auth.IsEnabled || token is null ? null : auth.Tokens.Use(token) ?? throw AuthErrors.InvalidToken;

    public void RequireUser(string? user)
    {
        if (auth.IsEnabled && user is null)
        {
            throw AuthErrors.UserNameEmpty;
        }
    }

    public void RequireAdmin(string? user)
    {
        if (!auth.IsEnabled)
        {
            return;
        }

        RequireUser(user);
        if (!auth.User(user!).IsRoot)
        {
            throw AuthErrors.PermissionDenied;
        }
    }

    /// <summary>For what each member does by itself: the same rule in other words.</summary>
    public void RequireAdminOfMember(string? user)
    {
        if (auth.IsEnabled && (user is null || !auth.User(user).IsRoot))
        {
            throw user is null ? AuthErrors.MemberWantsUser : AuthErrors.MemberDenies;
        }
    }

    /// <summary>Users may look at themselves.</summary>
    public void RequireAdminOrSelf(string? user, string name)
    {
        if (user is null || user != name)
        {
            RequireAdmin(user);
        }
    }

    /// <summary>Users may look at their own roles.</summary>
    public void RequireAdminOrRole(string? user, string role)
    {
        if (user is null || auth.Users.GetValueOrDefault(user)?.Roles.Contains(role) != true)
        {
            RequireAdmin(user);
        }
    }

    public void RequireRead(string? user, ByteString key, ByteString rangeEnd) => Require(user, key, rangeEnd, Permission.Types.Type.Read);

    public void RequireWrite(string? user, ByteString key, ByteString rangeEnd) => Require(user, key, rangeEnd, Permission.Types.Type.Write);

    public void Require(string? user, PutRequest put, LeaseTable leases)
    {
        if (!auth.IsEnabled)
        {
            return;
        }

        RequireWrite(user, put.Key, ByteString.Empty);
        RequireWrites(user, leases.Find(put.Lease));
        if (put.PrevKv)
        {
            RequireRead(user, put.Key, ByteString.Empty);
        }
    }

    public void Require(string? user, DeleteRangeRequest delete)
    {
        RequireWrite(user, delete.Key, delete.RangeEnd);
        if (delete.PrevKv)
        {
            RequireRead(user, delete.Key, delete.RangeEnd);
        }
    }

    /// <summary>Both branches must be permitted, whichever will be taken.</summary>
    public void Require(string? user, TxnRequest txn)
    {
        if (!auth.IsEnabled)
        {
            return;
        }

        foreach (var compare in txn.Compare)
        {
            RequireRead(user, compare.Key, compare.RangeEnd);
        }

        foreach (var operation in txn.Success.Concat(txn.Failure))
        {
            Require(user, operation);
        }
    }

    /// <summary>Who uses or ends a lease changes its keys sooner or later.</summary>
    public void RequireWrites(string? user, Lease? lease) => RequireEach(user, lease, Permission.Types.Type.Write);

    public void RequireReads(string? user, Lease? lease) => RequireEach(user, lease, Permission.Types.Type.Read);

    /// <summary>Why a watch is refused, in the words that etcd cancels it with; null when it is not.</summary>
    public string? RefuseWatch(string? token, ByteString key, ByteString rangeEnd)
    {
        try
        {
            RequireRead(Identify(token), key, rangeEnd);
            return null;
        }
        catch (RpcException refusal)
        {
            return $"rpc error: code = {refusal.StatusCode} desc = {refusal.Status.Detail}";
        }
    }

    private void Require(string? user, RequestOp operation)
    {
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestRange:
                RequireRead(user, operation.RequestRange.Key, operation.RequestRange.RangeEnd);
                break;
            case RequestOp.RequestOneofCase.RequestPut:
                RequireWrite(user, operation.RequestPut.Key, ByteString.Empty);
                if (operation.RequestPut.PrevKv)
                {
                    RequireRead(user, operation.RequestPut.Key, ByteString.Empty);
                }

                break;
            case RequestOp.RequestOneofCase.RequestDeleteRange:
                Require(user, operation.RequestDeleteRange);
                break;
            case RequestOp.RequestOneofCase.RequestTxn:
                Require(user, operation.RequestTxn);
                break;
        }
    }

    private void RequireEach(string? user, Lease? lease, Permission.Types.Type needed)
    {
        if (!auth.IsEnabled || lease is null || (user is not null && auth.Users.GetValueOrDefault(user)?.IsRoot == true))
        {
            return;
        }

        foreach (var key in lease.Keys)
        {
            Require(user, key, ByteString.Empty, needed);
        }
    }

    private void Require(string? user, ByteString key, ByteString rangeEnd, Permission.Types.Type needed)
    {
        if (!auth.IsEnabled)
        {
            return;
        }

        RequireUser(user);
        var known = auth.Users.GetValueOrDefault(user!) ?? throw AuthErrors.PermissionDenied;
        if (!known.IsRoot && !Grants.Cover(auth.PermissionsOf(known), needed, key, rangeEnd))
        {
            throw AuthErrors.PermissionDenied;
        }
    }
}
