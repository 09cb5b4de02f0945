namespace Coordination.Actors.TestKit;

/// <summary>Keeps the test actor the implicit sender of the test, also after an await.</summary>
internal sealed class ImplicitSenderContext(ActorCell cell, SynchronizationContext? inner) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (inner is null) ThreadPool.QueueUserWorkItem(_ => Run(d, state));
        else inner.Post(_ => Run(d, state), null);
    }

    public override void Send(SendOrPostCallback d, object? state) => Run(d, state);

    public override SynchronizationContext CreateCopy() => this;

    public static void Install(ActorCell cell)
    {
        ActorCell.Current = cell;
        SetSynchronizationContext(new ImplicitSenderContext(cell, Current is ImplicitSenderContext { } outer ? outer.Inner : Current));
    }

    /// <summary>Takes it away from the current thread.</summary>
    public static void Uninstall(ActorCell cell)
    {
        if (ReferenceEquals(ActorCell.Current, cell)) ActorCell.Current = null;
        if (Current is ImplicitSenderContext context && context.IsOf(cell)) SetSynchronizationContext(context.Inner);
    }

    private SynchronizationContext? Inner => inner;

    private bool IsOf(ActorCell other) => ReferenceEquals(cell, other);

    private void Run(SendOrPostCallback d, object? state)
    {
        var (outerCell, outerContext) = (ActorCell.Current, Current);
        ActorCell.Current = cell;
        SetSynchronizationContext(this);
        try
        {
            d(state);
        }
        finally
        {
            ActorCell.Current = outerCell;
            SetSynchronizationContext(outerContext);
        }
    }
}
