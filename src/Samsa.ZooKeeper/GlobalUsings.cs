global using Samsa.Wire;
global using Samsa.ZooKeeper.Messages;
