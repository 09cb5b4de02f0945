using Coordination.IntegrationTests.Contracts;
using Coordination.IntegrationTests.Discovery;
using Coordination.IntegrationTests.Watches;

namespace Coordination.IntegrationTests.Proxy;

public sealed class WatchThroughProxy(ProxiedEtcdFixture fixture) : WatchContract(fixture), IClassFixture<ProxiedEtcdFixture>;

public sealed class LockThroughProxy(ProxiedEtcdFixture fixture) : LockContract(fixture), IClassFixture<ProxiedEtcdFixture>;

public sealed class ElectionThroughProxy(ProxiedEtcdFixture fixture) : ElectionContract(fixture), IClassFixture<ProxiedEtcdFixture>;

public sealed class RegistrationThroughProxy(ProxiedEtcdFixture fixture) : RegistrationContract(fixture), IClassFixture<ProxiedEtcdFixture>;
