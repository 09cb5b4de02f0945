namespace Coordination;

/// <summary>
/// Actors that a function makes. Akka's own <c>Props.Create</c> takes it as an expression and compiles that for each actor, which costs more than the actor.
/// </summary>
internal static class Made
{
    public static Props By<T>(Func<T> make)
        where T : ActorBase => Props.CreateBy(new Producer<T>(make));

    private sealed class Producer<T>(Func<T> make) : IIndirectActorProducer
        where T : ActorBase
    {
        public Type ActorType => typeof(T);

        public ActorBase Produce() => make();

        public void Release(ActorBase actor)
        {
        }
    }
}
