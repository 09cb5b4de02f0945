namespace Coordination.Actors;

/// <summary>The outcome of an operation as a message.</summary>
public abstract class Status
{
    /// <summary>For the two outcomes.</summary>
    protected Status() { }

    /// <summary>It worked.</summary>
    public sealed class Success : Status
    {
        /// <summary>Success without a value.</summary>
        public static readonly Success Instance = new(null!);

        /// <summary>The value.</summary>
        public readonly object Status;

        /// <summary>Success with a value.</summary>
        public Success(object status) => Status = status;

        /// <inheritdoc/>
        public override string ToString() => $"Success: {Status ?? "null"}";
    }

    /// <summary>It failed. An ask that gets this throws its cause.</summary>
    public sealed class Failure : Status
    {
        /// <summary>Why.</summary>
        public readonly Exception Cause;

        /// <summary>What the sender wants to say besides.</summary>
        public readonly object? State;

        /// <summary>A failure.</summary>
        public Failure(Exception cause) : this(cause, null!) { }

        /// <summary>A failure with something besides.</summary>
        public Failure(Exception cause, object state) => (Cause, State) = (cause, state);

        /// <inheritdoc/>
        public override string ToString() => State is null ? $"Failure: {Cause}" : $"Failure[{State}]: {Cause}";
    }
}
