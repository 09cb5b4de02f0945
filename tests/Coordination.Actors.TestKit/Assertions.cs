using System.Diagnostics.CodeAnalysis;

namespace Coordination.Actors.TestKit;

internal static class Assertions
{
    [DoesNotReturn]
    public static void Fail(string message) => throw new Xunit.Sdk.XunitException(message);
}
