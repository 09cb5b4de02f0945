using Etcdserverpb;
using Google.Protobuf;

namespace Coordination.Embedded.Auth;

/// <summary>What requests of the Auth service do to a node. All but a few are for administrators only, once authentication is on.</summary>
internal static class AuthRequests
{
    public static AuthenticateResponse Authenticate(EtcdNode node, AuthenticateRequest request)
    {
        var token = node.Auth.Authenticate(request.Name, request.Password, node.LogIndex + 1);
        node.AddToLog(request);
        return new AuthenticateResponse { Header = node.Header(), Token = token };
    }

    public static AuthStatusResponse Status(EtcdNode node, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        return new AuthStatusResponse { Header = node.Header(), Enabled = node.Auth.IsEnabled, AuthRevision = node.Auth.Revision };
    }

    /// <summary>Whether it changes users, roles or the switch of authentication: all of the service's requests but those that only look or log in.</summary>
    public static bool IsChange(IMessage request) => request.Descriptor.Name.StartsWith("Auth", StringComparison.Ordinal)
        && request is not (AuthenticateRequest or AuthStatusRequest or AuthUserGetRequest or AuthUserListRequest or AuthRoleGetRequest or AuthRoleListRequest);

    /// <summary>A change, for administrators. The replies have nothing but a header.</summary>
    public static TResponse Change<TRequest, TResponse>(EtcdNode node, TRequest request, string? token, Action<AuthStore, TRequest> change)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        var user = node.Access.Identify(token);
        node.AddToLog(request);
        node.Access.RequireAdmin(user);
        change(node.Auth, request);
        var response = new TResponse();
        response.Descriptor.FindFieldByName("header").Accessor.SetValue(response, node.Header());
        return response;
    }

    public static AuthUserGetResponse UserGet(EtcdNode node, AuthUserGetRequest request, string? token)
    {
        node.Access.RequireAdminOrSelf(node.Access.Identify(token), request.Name);
        var response = new AuthUserGetResponse { Header = node.Header() };
        response.Roles.AddRange(node.Auth.User(request.Name).Roles);
        return response;
    }

    public static AuthUserListResponse UserList(EtcdNode node, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        var response = new AuthUserListResponse { Header = node.Header() };
        response.Users.AddRange(node.Auth.Users.Keys);
        return response;
    }

    public static AuthRoleGetResponse RoleGet(EtcdNode node, AuthRoleGetRequest request, string? token)
    {
        node.Access.RequireAdminOrRole(node.Access.Identify(token), request.Role);
        var response = new AuthRoleGetResponse { Header = node.Header() };
        response.Perm.AddRange(node.Auth.Role(request.Role));
        return response;
    }

    public static AuthRoleListResponse RoleList(EtcdNode node, string? token)
    {
        node.Access.RequireAdmin(node.Access.Identify(token));
        var response = new AuthRoleListResponse { Header = node.Header() };
        response.Roles.AddRange(node.Auth.Roles.Keys);
        return response;
    }
}
