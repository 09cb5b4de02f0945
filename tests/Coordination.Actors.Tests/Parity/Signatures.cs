using System.Reflection;

namespace Coordination.Actors.Tests.Parity;

/// <summary>Members as lines of text, in the form of the list of Akka's members.</summary>
internal static class Signatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string NameOf(Type type)
    {
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition.DeclaringType is { } outer ? $"{NameOf(outer)}.{definition.Name}" : definition.Name;
    }

    public static IEnumerable<string> Of(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type)) return [];
        return type.GetConstructors(Declared).Where(c => !c.IsStatic && IsVisible(c)).Select(c => $"{Access(c)} ctor({Parameters(c)})")
            .Concat(type.GetFields(Declared).Where(f => IsVisible(f) && !f.IsSpecialName).Select(FieldOf))
            .Concat(type.GetProperties(Declared).Where(p => p.GetAccessors(true).Any(IsVisible)).Select(PropertyOf))
            .Concat(type.GetMethods(Declared).Where(m => IsVisible(m) && !m.IsSpecialName && !IsOfObject(m)).Select(MethodOf))
            .Concat(type.GetEvents(Declared).Select(e => $"event {e.Name}"));
    }

    private static string FieldOf(FieldInfo field) =>
        $"{(field.IsPublic ? "public" : "protected")} {(field.IsStatic ? "static " : "")}field {field.Name} : {Text(field.FieldType)}";

    private static string PropertyOf(PropertyInfo property)
    {
        var accessors = property.GetAccessors(true).Where(IsVisible).ToList();
        var access = accessors.Any(a => a.IsPublic) ? "public" : "protected";
        var which = string.Join(' ', new[] { ("get", property.GetMethod), ("set", property.SetMethod) }
            .Where(a => a.Item2 is { } accessor && (access == "public" ? accessor.IsPublic : IsVisible(accessor))).Select(a => a.Item1));
        return $"{access} {(accessors[0].IsStatic ? "static " : "")}property {property.Name} : {Text(property.PropertyType)} {which}";
    }

    private static string MethodOf(MethodInfo method)
    {
        var arity = method.IsGenericMethodDefinition ? $"<{method.GetGenericArguments().Length}>" : "";
        return $"{Access(method)} {(method.IsStatic ? "static " : "")}method {method.Name}{arity}({Parameters(method)}) : {Text(method.ReturnType)}";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
    {
        var prefix = parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "";
        return $"{prefix}{Text(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? "=" : "")}";
    }));

    private static string Text(Type type)
    {
        if (type.IsByRef) return Text(type.GetElementType()!);
        if (type.IsArray) return $"{Text(type.GetElementType()!)}[]";
        if (!type.IsGenericType) return type.Name;
        return $"{type.Name.Split('`')[0]}<{string.Join(',', type.GetGenericArguments().Select(Text))}>";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldInfo field) => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static bool IsOfObject(MethodInfo method) => method.GetBaseDefinition().DeclaringType is { } origin && (origin == typeof(object) || origin == typeof(Exception));
}
