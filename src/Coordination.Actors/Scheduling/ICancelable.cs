namespace Coordination.Actors;

/// <summary>Cancels something that was scheduled.</summary>
public interface ICancelable
{
    /// <summary>True after a cancel.</summary>
    bool IsCancellationRequested { get; }

    /// <summary>The same as a token.</summary>
    CancellationToken Token { get; }

    /// <summary>Cancels now.</summary>
    void Cancel();

    /// <summary>Cancels after a delay.</summary>
    void CancelAfter(TimeSpan delay);

    /// <summary>Cancels after a delay in milliseconds.</summary>
    void CancelAfter(int millisecondsDelay);

    /// <summary>Cancels now; says whether the first exception of a callback stops the others.</summary>
    void Cancel(bool throwOnFirstException);
}
