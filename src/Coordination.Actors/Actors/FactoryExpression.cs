using System.Linq.Expressions;
using System.Reflection;

namespace Coordination.Actors;

/// <summary>Takes <c>() =&gt; new Actor(a, b)</c> apart: the constructor and the values of its arguments.</summary>
internal static class FactoryExpression
{
    public static (ConstructorInfo? Constructor, object?[] Args) Read(LambdaExpression factory)
    {
        if (factory.Body is not NewExpression create)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        return (create.Constructor, [.. create.Arguments.Select(Value)]);
    }

    // Constants, captured variables and conversions are read directly; only what is left is compiled.
    private static object? Value(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Value(member.Expression)),
        UnaryExpression { NodeType: ExpressionType.Convert, Operand: var operand } convert
            when !operand.Type.IsValueType && convert.Method is null && convert.Type.IsAssignableFrom(operand.Type) => Value(operand),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };
}
