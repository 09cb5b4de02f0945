using Etcdserverpb;

namespace Coordination.Embedded;

/// <summary>The alarms of the node. While <c>NOSPACE</c> is raised, nothing that stores data is accepted.</summary>
internal sealed class Alarms
{
    private readonly HashSet<AlarmMember> _raised = [];

    public IReadOnlyCollection<AlarmMember> Raised => _raised;

    public void RequireSpace()
    {
        if (_raised.Count > 0 && _raised.Any(static alarm => alarm.Alarm == AlarmType.Nospace))
        {
            throw EtcdErrors.NoSpace;
        }
    }

    public IReadOnlyList<AlarmMember> Get(AlarmType type) =>
        [.. _raised.Where(alarm => type == AlarmType.None || alarm.Alarm == type).OrderBy(static alarm => alarm.Alarm)];

    public IReadOnlyList<AlarmMember> Raise(ulong memberId, AlarmType type)
    {
        var alarm = new AlarmMember { MemberID = memberId, Alarm = type };
        _raised.Add(alarm);
        return [alarm];
    }

    public IReadOnlyList<AlarmMember> Clear(ulong memberId, AlarmType type)
    {
        var alarm = new AlarmMember { MemberID = memberId, Alarm = type };
        return _raised.Remove(alarm) ? [alarm] : [];
    }
}
