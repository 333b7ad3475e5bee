print("a")
    
	
