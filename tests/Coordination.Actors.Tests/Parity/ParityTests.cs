using System.Reflection;

namespace Coordination.Actors.Tests.Parity;

/// <summary>The built-in runtime has no public member that Akka.NET does not have: what is written against it compiles against Akka.NET.</summary>
public sealed class ParityTests
{
    /// <summary>Types that are not Akka's and do not look like it. Only code that sets up systems, tests and simulations names them.</summary>
    internal static readonly string[] OwnTypes =
    [
        "ActorDispatcher", "BuiltInActorSystem", "BuiltInActorSystemOptions", "DeterministicDispatcher", "HoconFile", "HoconSyntaxException", "Simulation", "VirtualTimeProvider",
    ];

    private static readonly Dictionary<string, HashSet<string>> Akka = ReadList();

    public static TheoryData<string> MirroredTypes => [.. Runtime.GetExportedTypes().Select(Signatures.NameOf).Except(OwnTypes).Order(StringComparer.Ordinal)];

    private static Assembly Runtime => typeof(ActorSystem).Assembly;

    [Theory]
    [MemberData(nameof(MirroredTypes))]
    public void A_mirrored_type_has_no_member_that_Akka_does_not_have(string name)
    {
        var type = Runtime.GetExportedTypes().Single(t => Signatures.NameOf(t) == name);
        Assert.True(Akka.ContainsKey(name), $"{name} is not a type of Akka.NET: give it a name that says so and add it to the own types.");
        var known = Family(type).SelectMany(t => Akka.GetValueOrDefault(Signatures.NameOf(t), [])).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(Signatures.Of(type).Where(member => !Allows(known, member)).Select(member => $"{name}: {member}"));
    }

    [Fact]
    public void The_own_types_are_no_types_of_Akka()
    {
        Assert.Empty(OwnTypes.Intersect(Akka.Keys));
        Assert.Empty(OwnTypes.Except(Runtime.GetExportedTypes().Select(Signatures.NameOf)));
    }

    [Fact]
    public void The_runtime_has_one_namespace() => Assert.Single(Runtime.GetExportedTypes().Select(type => type.Namespace).Distinct());

    /// <summary>Less than Akka has is fine: a property without its setter, a protected member that is public there.</summary>
    private static bool Allows(HashSet<string> known, string member) =>
        known.Contains(member)
        || (member.EndsWith(" get", StringComparison.Ordinal) && known.Contains($"{member} set"))
        || (member.StartsWith("protected ", StringComparison.Ordinal) && known.Contains($"public {member["protected ".Length..]}"));

    private static IEnumerable<Type> Family(Type type)
    {
        for (var t = type; t is not null; t = t.BaseType) yield return t;
        foreach (var i in type.GetInterfaces()) yield return i;
    }

    private static Dictionary<string, HashSet<string>> ReadList()
    {
        var types = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        HashSet<string> members = [];
        using var list = new StreamReader(typeof(ParityTests).Assembly.GetManifestResourceStream("akka-members.txt")!);
        while (list.ReadLine() is { } line)
        {
            if (line.StartsWith("type ", StringComparison.Ordinal)) types.Add(line[5..], members = new(StringComparer.Ordinal));
            else if (line.StartsWith("  ", StringComparison.Ordinal)) members.Add(line.Trim());
        }

        return types;
    }
}
