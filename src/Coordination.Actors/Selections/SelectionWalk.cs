using System.IO.Enumeration;

namespace Coordination.Actors;

/// <summary>Follows the elements of a selection down (and up) the tree.</summary>
internal static class SelectionWalk
{
    public static IReadOnlyCollection<ActorRefBase> Find(ActorRefBase anchor, IEnumerable<string> elements)
    {
        IEnumerable<ActorRefBase> found = anchor is EmptyActorRef ? [] : [anchor];
        foreach (var element in elements)
        {
            found = element switch
            {
                ".." => found.Select(actor => actor.ParentRef).Where(parent => parent is not Nobody),
                _ when element.AsSpan().ContainsAny('*', '?') => found.SelectMany(actor => ChildrenLike(actor, element)),
                _ => found.Select(actor => actor.FindChild(element)).OfType<ActorRefBase>(),
            };
        }

        return [.. found];
    }

    private static IEnumerable<ActorRefBase> ChildrenLike(ActorRefBase parent, string pattern) =>
        parent is LocalActorRef local
            ? local.Cell.Children.All().Where(child => FileSystemName.MatchesSimpleExpression(pattern, child.Path.Name, ignoreCase: false))
            : [];
}
