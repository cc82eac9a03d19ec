using System.Collections.Immutable;

namespace Samsa.ZooKeeper;

/// <summary>A tree that is watched for one observer: a watch of each node, and of the children of each that may have some.</summary>
sealed class TreeWatch : IDisposable, IMailboxOwner<ZkTree>
{
    readonly Lock gate = new();
    readonly WatchTable table;
    readonly Mailbox<ZkTree> mailbox;
    readonly Branch root;
    ImmutableDictionary<string, ZkNode> nodes = ImmutableDictionary.Create<string, ZkNode>(StringComparer.Ordinal);
    long zxid;
    // Parts that were never seen, and parts that are not watched now.
    int unseen, unsure;
    bool isComplete, isEnded;

    public TreeWatch(WatchTable table, string path, int depth, IObserver<ZkTree> observer)
    {
        this.table = table;
        mailbox = new(observer, this);
        lock (gate) root = new(this, path, depth);
    }

    public Action<Exception>? ObserverFailed => table.ObserverFailed;

    public void Dispose() => mailbox.Dispose();

    public void Leave(Mailbox<ZkTree> mailbox) => End(null);

    void End(Exception? error)
    {
        lock (gate)
        {
            if (isEnded) return;
            isEnded = true;
            // The constructor may have been told of the end before it was over.
            root?.Drop();
        }

        mailbox.End(error);
    }

    void Publish(long seen)
    {
        zxid = Math.Max(zxid, seen);
        isComplete |= unseen == 0;
        if (isComplete) mailbox.Post(new(root.Path, nodes, zxid, IsLive: unsure == 0));
    }

    /// <summary>A node of the tree, and its branches as long as they are wanted.</summary>
    sealed class Branch
    {
        readonly TreeWatch tree;
        readonly int depth;
        readonly Part<ZkNode> node;
        readonly Part<ZkChildren>? children;
        readonly Dictionary<string, Branch> branches = new(StringComparer.Ordinal);
        bool isDropped;

        public Branch(TreeWatch tree, string path, int depth)
        {
            (this.tree, Path, this.depth) = (tree, path, depth);
            node = new(tree, See);
            if (depth > 0) children = new(tree, See);
            node.Watching = tree.table.WatchNode(path, Listen(node));
            if (children is not null) children.Watching = tree.table.WatchChildren(path, Listen(children));
        }

        public string Path { get; }

        public void Drop()
        {
            isDropped = true;
            tree.nodes = tree.nodes.Remove(Path);
            node.Drop();
            children?.Drop();
            foreach (var branch in branches.Values) branch.Drop();
            branches.Clear();
        }

        Listener<ZkView<T>> Listen<T>(Part<T> part)
            where T : class => new(
            view =>
            {
                lock (tree.gate)
                {
                    if (isDropped || tree.isEnded) return;
                    part.Take(view);
                    tree.Publish(view.Zxid);
                }
            },
            tree.End);

        void See(ZkNode? now) => tree.nodes = now is null ? tree.nodes.Remove(Path) : tree.nodes.SetItem(Path, now);

        void See(ZkChildren? now)
        {
            var names = (now?.Names ?? []).ToHashSet(StringComparer.Ordinal);
            foreach (var (name, branch) in branches.Where(branch => !names.Contains(branch.Key)).ToArray())
            {
                branch.Drop();
                branches.Remove(name);
            }

            foreach (var name in names)
                if (!branches.ContainsKey(name))
                    branches.Add(name, new(tree, Paths.Child(Path, name), depth - 1));
        }
    }

    /// <summary>One of the two things that are watched of a node.</summary>
    sealed class Part<T>
        where T : class
    {
        readonly TreeWatch tree;
        readonly Action<T?> see;
        bool isSeen, isLive;

        public Part(TreeWatch tree, Action<T?> see)
        {
            (this.tree, this.see) = (tree, see);
            tree.unseen++;
            tree.unsure++;
        }

        public IDisposable? Watching { get; set; }

        public void Take(ZkView<T> view)
        {
            if (!isSeen) tree.unseen--;
            if (view.IsLive != isLive) tree.unsure += view.IsLive ? -1 : 1;
            (isSeen, isLive) = (true, view.IsLive);
            see(view.Value);
        }

        public void Drop()
        {
            if (!isSeen) tree.unseen--;
            if (!isLive) tree.unsure--;
            Watching?.Dispose();
        }
    }
}
